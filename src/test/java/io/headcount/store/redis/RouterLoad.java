package io.headcount.store.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A write, a script and two reads of each key every 5 ms, and what became of them, by key. */
final class RouterLoad implements AutoCloseable {
    private static final Script APPEND = Script.load("it_append");
    private static final Script GET = Script.load("it_get");
    private static final int PERIOD_MILLIS = 5;

    private final Vertx vertx;
    private final long timer;
    private final Map<String, AtomicInteger> successes = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> failures = new ConcurrentHashMap<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong slowestMillis = new AtomicLong();
    private volatile Throwable lastFailure;

    RouterLoad(Vertx vertx, RedisRouter router, List<String> keys) {
        this.vertx = vertx;
        keys.forEach(key -> {
            successes.put(key, new AtomicInteger());
            failures.put(key, new AtomicInteger());
        });
        this.timer = vertx.setPeriodic(
                PERIOD_MILLIS,
                tick -> keys.forEach(key -> {
                    String list = key + ":list";
                    record(key, router.write(key, Request.cmd(Command.INCR).arg(key)));
                    record(key, router.script(APPEND, List.of(list), List.of("x")));
                    record(key, router.read(key, Request.cmd(Command.GET).arg(key)));
                    record(key, router.readScript(GET, List.of(key), List.of()));
                }));
    }

    int successes(String key) {
        return successes.get(key).get();
    }

    int failures(String key) {
        return failures.get(key).get();
    }

    long slowestMillis() {
        return slowestMillis.get();
    }

    Throwable lastFailure() {
        return lastFailure;
    }

    /** Sends no more; {@link #pending} calls are still on their way. */
    @Override
    public void close() {
        end();
    }

    void end() {
        vertx.cancelTimer(timer);
    }

    int pending() {
        return pending.get();
    }

    private void record(String key, Future<Response> call) {
        long startedAt = System.nanoTime();
        pending.incrementAndGet();
        call.onComplete((response, failure) -> {
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);
            slowestMillis.accumulateAndGet(millis, Math::max);
            if (failure == null) {
                successes.get(key).incrementAndGet();
            } else {
                lastFailure = failure;
                failures.get(key).incrementAndGet();
            }
            pending.decrementAndGet();
        });
    }
}
