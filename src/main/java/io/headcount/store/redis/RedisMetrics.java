package io.headcount.store.redis;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Times calls by operation (a script's or a command's name: a small, fixed set) and outcome, and counts what the router
 * does about trouble. Used on the router's context only.
 */
final class RedisMetrics {
    /** How a call ended. */
    enum Outcome {
        OK,
        /** Redis answered with an error. */
        ERROR,
        /** The deadline passed. */
        TIMEOUT,
        /** Refused at once: too many wait already. */
        BUSY,
        /** The connection broke twice, or there were too many redirections. */
        UNAVAILABLE
    }

    private final MeterRegistry registry;
    private final Map<String, EnumMap<Outcome, Timer>> timers = new HashMap<>();
    private final Counter moved;
    private final Counter asked;
    private final Counter retries;
    private final Counter hedges;
    private final Counter lostConnections;
    private final Counter topologyChanges;
    private final Counter replicaReads;

    RedisMetrics(MeterRegistry registry) {
        this.registry = registry;
        String redirections = "headcount.redis.redirections";
        String redirected = "calls that another node had to answer";
        moved = counter(redirections, redirected, "kind", "moved");
        asked = counter(redirections, redirected, "kind", "ask");
        retries = counter("headcount.redis.retries", "calls that were tried again after a failure that may pass");
        hedges = counter("headcount.redis.hedges", "reads sent to the master too because a replica was slow");
        lostConnections = counter("headcount.redis.connections.lost", "connections that broke or were given up");
        topologyChanges = counter("headcount.redis.topology.changes", "shards that got another master or run id");
        replicaReads = counter("headcount.redis.replica.reads", "reads that a replica was asked for");
    }

    void record(String operation, Outcome outcome, long nanos) {
        timers.computeIfAbsent(operation, unknown -> new EnumMap<>(Outcome.class))
                .computeIfAbsent(outcome, unknown -> timer(operation, outcome))
                .record(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    void moved() {
        moved.increment();
    }

    void asked() {
        asked.increment();
    }

    void retried() {
        retries.increment();
    }

    void hedged() {
        hedges.increment();
    }

    void lostConnection() {
        lostConnections.increment();
    }

    void topologyChanged() {
        topologyChanges.increment();
    }

    void readFromReplica() {
        replicaReads.increment();
    }

    private Counter counter(String name, String description, String... tags) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }

    private Timer timer(String operation, Outcome outcome) {
        return Timer.builder("headcount.redis.call")
                .description("time of a call to Redis, retries and redirections included")
                .tag("operation", operation)
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }
}
