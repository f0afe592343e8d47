package io.headcount.cluster;

import io.headcount.model.Incarnation;
import io.headcount.store.LeaseStore;
import io.headcount.store.LeaseStore.LeaseState;
import io.headcount.store.NodeLease;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's lease as the node itself knows it. Counted from the moment a renewal was sent, by the monotonic clock, it is
 * held for its life less a second: a process that was paused sees that it has run out before it writes. Knows no event
 * loop or clock but what it is given, so that the simulator runs this very code; of Vert.x it uses futures only. But for
 * {@link #current} it belongs to one thread.
 */
final class OwnLease implements NodeLease {
    private static final Logger LOG = LoggerFactory.getLogger(OwnLease.class);
    private static final long SAFETY_MILLIS = 1_000;

    private final LeaseStore store;
    private final String node;
    private final LongSupplier nanoTime;
    private volatile Held held = new Held(null, 0);
    private volatile LeaseState state = LeaseState.ALIVE;
    private Future<Incarnation> renewal;
    /** The highest epoch that this process ever had: Redis may forget it, and it must not come again. */
    private long highest;

    /** @param nanoTime a monotonic clock */
    OwnLease(LeaseStore store, String node, LongSupplier nanoTime) {
        this.store = store;
        this.node = node;
        this.nanoTime = nanoTime;
    }

    @Override
    public Incarnation current() {
        Held now = held;
        return now.incarnation != null && nanoTime.getAsLong() - now.untilNanos < 0 ? now.incarnation : null;
    }

    @Override
    public Future<Incarnation> confirm() {
        return renew();
    }

    /** From the next renewal on the lease says that the node is leaving. */
    void drain() {
        state = LeaseState.DRAINING;
    }

    /** Gives the lease up. */
    Future<Void> release() {
        Incarnation last = held.incarnation;
        return last == null ? Future.succeededFuture() : store.release(last);
    }

    /** Renews, or registers where there is nothing to renew; those who ask while it is under way share it. */
    Future<Incarnation> renew() {
        if (renewal == null) {
            renewal = renewNow();
            renewal.onComplete(done -> renewal = null);
        }
        return renewal;
    }

    private Future<Incarnation> renewNow() {
        Incarnation mine = held.incarnation;
        if (mine == null) {
            return register();
        }
        long sentAt = nanoTime.getAsLong();
        return store.renew(mine, state).compose(granted -> {
            if (granted) {
                hold(mine, sentAt);
                return Future.succeededFuture(mine);
            }
            LOG.warn("this node was recorded dead (it was paused, or another process uses its node.id) node={}", mine);
            held = new Held(null, 0);
            return register();
        });
    }

    private Future<Incarnation> register() {
        long sentAt = nanoTime.getAsLong();
        return store.register(node, highest).onSuccess(incarnation -> {
            LOG.info("registered incarnation={}", incarnation);
            highest = incarnation.epoch();
            hold(incarnation, sentAt);
        });
    }

    private void hold(Incarnation incarnation, long sentAtNanos) {
        long life = TimeUnit.MILLISECONDS.toNanos(LeaseStore.TTL_MILLIS - SAFETY_MILLIS);
        held = new Held(incarnation, sentAtNanos + life);
    }

    private record Held(Incarnation incarnation, long untilNanos) {}
}
