package io.headcount;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.store.NodeLease;
import io.vertx.core.Vertx;
import java.util.function.BooleanSupplier;

/** Tells the node's own parts whether it is live: Redis answers and the lease is held. When not, counts are degraded. */
final class LiveWatch {
    private static final long LOOK_MILLIS = 250;
    private static final int REPEAT_LOOKS = 8;

    private final Bus bus;
    private final NodeLease lease;
    private final BooleanSupplier redisReachable;
    private volatile boolean live = true;
    private int looks;

    private LiveWatch(Bus bus, NodeLease lease, BooleanSupplier redisReachable) {
        this.bus = bus;
        this.lease = lease;
        this.redisReachable = redisReachable;
    }

    static LiveWatch start(Vertx vertx, NodeLease lease, BooleanSupplier redisReachable) {
        LiveWatch watch = new LiveWatch(Bus.of(vertx), lease, redisReachable);
        vertx.setPeriodic(LOOK_MILLIS, timer -> watch.look());
        return watch;
    }

    boolean live() {
        return live;
    }

    private void look() {
        boolean now = redisReachable.getAsBoolean() && lease.current() != null;
        if (now != live || looks++ % REPEAT_LOOKS == 0) {
            live = now;
            bus.publishLocal(Addresses.HEALTH, new Message.Health(now));
        }
    }
}
