package io.headcount.store.redis;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Times calls to Redis by operation (a script's or a command's name: a small, fixed set) and outcome. */
final class RedisCallMetrics {
    private final MeterRegistry registry;
    private final Counter redirections;
    private final Map<String, Timer> succeeded = new ConcurrentHashMap<>();
    private final Map<String, Timer> failed = new ConcurrentHashMap<>();

    RedisCallMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.redirections = Counter.builder("headcount.redis.redirections")
                .description("calls that another node had to answer (MOVED, ASK)")
                .register(registry);
    }

    void record(String operation, long startedAtNanos, boolean success) {
        (success ? succeeded : failed)
                .computeIfAbsent(operation, unknown -> timer(operation, success))
                .record(System.nanoTime() - startedAtNanos, TimeUnit.NANOSECONDS);
    }

    void redirected() {
        redirections.increment();
    }

    private Timer timer(String operation, boolean success) {
        return Timer.builder("headcount.redis.call")
                .description("time of a call to Redis, retries and redirections included")
                .tag("operation", operation)
                .tag("outcome", success ? "ok" : "failed")
                .register(registry);
    }
}
