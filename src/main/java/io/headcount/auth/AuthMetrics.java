package io.headcount.auth;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The meters of identity, one set a node. No label comes from a client. */
final class AuthMetrics {
    private static final String PREFIX = "headcount.auth.";

    private final MeterRegistry meters;
    private final Counter accepted;
    private final Counter hits;
    private final Counter rotations;
    private final Map<Rejection, Counter> rejected = new EnumMap<>(Rejection.class);
    private final Map<Algorithm, Timer> verifications = new EnumMap<>(Algorithm.class);

    AuthMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.accepted = result("ok");
        for (Rejection rejection : Rejection.values()) {
            rejected.put(rejection, result(rejection.label()));
        }
        this.hits = Counter.builder(PREFIX + "cache.hits")
                .description("Tokens whose verdict was remembered")
                .register(meters);
        this.rotations = Counter.builder(PREFIX + "keys.rotations")
                .description("Times that keys were taken away, and with them all remembered verdicts")
                .register(meters);
        for (Algorithm algorithm : Algorithm.values()) {
            verifications.put(
                    algorithm,
                    Timer.builder(PREFIX + "verify")
                            .description("Checking one signature")
                            .tag("algorithm", algorithm.name())
                            .register(meters));
        }
    }

    /** Registers what is looked at when it is asked for. */
    void observe(Supplier<Number> pending, Supplier<Number> keys, Supplier<Number> cached) {
        gauge("pending", "Checks that wait for a worker, for keys or for Redis", pending);
        gauge("keys", "Keys in force", keys);
        gauge("cached", "Tokens whose verdict is remembered", cached);
    }

    void accepted() {
        accepted.increment();
    }

    void rejected(Rejection rejection) {
        rejected.get(rejection).increment();
    }

    void hit() {
        hits.increment();
    }

    void verified(Algorithm algorithm, long nanos) {
        verifications.get(algorithm).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Keys were looked for: {@code changed}, {@code unchanged} or {@code failed}. */
    void refreshed(String result) {
        Counter.builder(PREFIX + "keys.refreshes")
                .description("Looks at the sources of keys")
                .tag("result", result)
                .register(meters)
                .increment();
    }

    void rotatedAway() {
        rotations.increment();
    }

    /** A device came: {@code new}, {@code known} or {@code renewed}. */
    void device(String result) {
        Counter.builder(PREFIX + "devices")
                .description("Anonymous devices, by their cookie")
                .tag("result", result)
                .register(meters)
                .increment();
    }

    private Counter result(String result) {
        return Counter.builder(PREFIX + "verifications")
                .description("Tokens judged, by what came of it")
                .tag("result", result)
                .register(meters);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(PREFIX + name, value).description(description).register(meters);
    }
}
