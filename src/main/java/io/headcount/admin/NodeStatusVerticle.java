package io.headcount.admin;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.bus.Rounds;
import io.headcount.model.Incarnation;
import io.headcount.model.SharedClock;
import io.headcount.store.NodeLease;
import io.headcount.store.Readiness;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.Set;

/** Tells the consoles every second how this node is: from its own meters, so that no part of it need know of consoles. */
public final class NodeStatusVerticle extends VerticleBase {
    private static final int TELL_MILLIS = 1_000;
    private static final int LAG_MILLIS = 100;

    private final String version;
    private final Set<String> roles;
    private final Roster roster;
    private final NodeLease lease;
    private final Readiness readiness;
    private final MeterRegistry meters;
    private long dueMillis;
    private long lagMillis;

    /**
     * @param version of the program, empty where unknown
     * @param roles of this node
     */
    public NodeStatusVerticle(
            String version,
            Set<String> roles,
            Roster roster,
            NodeLease lease,
            Readiness readiness,
            MeterRegistry meters) {
        this.version = version;
        this.roles = Set.copyOf(roles);
        this.roster = roster;
        this.lease = lease;
        this.readiness = readiness;
        this.meters = meters;
    }

    @Override
    public Future<?> start() {
        dueMillis = SharedClock.monotonicMillis() + LAG_MILLIS;
        vertx.setPeriodic(LAG_MILLIS, timer -> measureLag());
        Rounds.every(TELL_MILLIS, "node status", vertx, this::tell);
        return Future.succeededFuture();
    }

    private void measureLag() {
        long now = SharedClock.monotonicMillis();
        lagMillis = Math.max(lagMillis, now - dueMillis);
        dueMillis = now + LAG_MILLIS;
    }

    private Future<Void> tell() {
        return readiness
                .check()
                .onSuccess(report -> Bus.of(vertx).publish(Addresses.NODE_STATUS, status(report)))
                .mapEmpty();
    }

    private Message.NodeStatus status(Readiness.Report report) {
        Incarnation life = lease.current();
        long lag = lagMillis;
        lagMillis = 0;
        Runtime runtime = Runtime.getRuntime();
        return new Message.NodeStatus(
                roster.self(),
                version,
                life == null ? "" : life.toString(),
                roles,
                gauge("headcount.gateway.sockets"),
                gauge("headcount.owner.streams"),
                welcomed(),
                ended(),
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(),
                lag,
                report.checks());
    }

    private long gauge(String name) {
        Gauge gauge = meters.find(name).gauge();
        return gauge == null || Double.isNaN(gauge.value()) ? 0 : (long) gauge.value();
    }

    private long welcomed() {
        Timer timer = meters.find("headcount.gateway.welcome").timer();
        return timer == null ? 0 : timer.count();
    }

    private long ended() {
        return (long) meters.find("headcount.gateway.ended").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
