package io.headcount.cluster;

import io.headcount.bus.Rounds;
import io.headcount.model.Incarnation;
import io.headcount.store.LeaseStore;
import io.headcount.store.LeaseStore.LeaseState;
import io.headcount.store.NodeLease;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds this node's lease: renewed every 3 s. It is to run on a Vert.x instance of its own (one event loop, one
 * thread), so that no work of the node can delay it. Counted from the moment a renewal was sent, by the monotonic clock,
 * the lease is held for its life less a second: a process that was paused sees that it has run out before it writes.
 */
public final class LeaseKeeper implements NodeLease {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final long RENEW_MILLIS = 3_000;
    private static final long RETRY_MILLIS = 250;
    private static final long SAFETY_MILLIS = 1_000;

    private final Context context;
    private final Rounds renewals;
    private final LeaseStore store;
    private final String node;
    private volatile Held held = new Held(null, 0);
    private volatile LeaseState state = LeaseState.ALIVE;
    private Future<Incarnation> renewal;

    private LeaseKeeper(Vertx vertx, LeaseStore store, String node) {
        this.context = vertx.getOrCreateContext();
        this.store = store;
        this.node = node;
        this.renewals = new Rounds(
                "lease",
                vertx,
                () -> renewOnce()
                        .transform(done -> Future.succeededFuture(done.succeeded() ? RENEW_MILLIS : RETRY_MILLIS)));
    }

    /**
     * Registers the node and begins to renew.
     *
     * @param vertx an instance of its own
     */
    public static Future<LeaseKeeper> start(Vertx vertx, LeaseStore store, String node) {
        LeaseKeeper keeper = new LeaseKeeper(vertx, store, node);
        return keeper.confirm().map(incarnation -> {
            keeper.context.runOnContext(ready -> keeper.renewals.startAfter(RENEW_MILLIS));
            return keeper;
        });
    }

    @Override
    public Incarnation current() {
        Held now = held;
        return now.incarnation != null && System.nanoTime() - now.untilNanos < 0 ? now.incarnation : null;
    }

    @Override
    public Future<Incarnation> confirm() {
        Promise<Incarnation> promise = Promise.promise();
        context.runOnContext(go -> renewOnce().onComplete(promise));
        return promise.future();
    }

    /** From now on the lease says that the node is leaving. */
    public Future<Void> drain() {
        state = LeaseState.DRAINING;
        return confirm().mapEmpty();
    }

    /** Stops renewing; {@code bury} gives the lease up, where nothing of this life is left in Redis. */
    public Future<Void> stop(boolean bury) {
        Promise<Void> promise = Promise.promise();
        context.runOnContext(go -> {
            renewals.stop();
            Incarnation last = held.incarnation;
            (bury && last != null ? store.release(last) : Future.<Void>succeededFuture()).onComplete(promise);
        });
        return promise.future();
    }

    /** Those who ask while a renewal is on its way share it. */
    private Future<Incarnation> renewOnce() {
        if (renewal == null) {
            renewal = renew();
            renewal.onComplete(done -> renewal = null);
        }
        return renewal;
    }

    private Future<Incarnation> renew() {
        Incarnation mine = held.incarnation;
        if (mine == null) {
            return register(0);
        }
        long sentAt = System.nanoTime();
        return store.renew(mine, state).compose(granted -> {
            if (granted) {
                hold(mine, sentAt);
                return Future.succeededFuture(mine);
            }
            LOG.warn("this node was recorded dead (it was paused, or another process uses its node.id) node={}", mine);
            held = new Held(null, 0);
            return register(mine.epoch());
        });
    }

    private Future<Incarnation> register(long above) {
        long sentAt = System.nanoTime();
        return store.register(node, above).onSuccess(incarnation -> {
            LOG.info("registered incarnation={}", incarnation);
            hold(incarnation, sentAt);
        });
    }

    private void hold(Incarnation incarnation, long sentAtNanos) {
        long life = TimeUnit.MILLISECONDS.toNanos(LeaseStore.TTL_MILLIS - SAFETY_MILLIS);
        held = new Held(incarnation, sentAtNanos + life);
    }

    private record Held(Incarnation incarnation, long untilNanos) {}
}
