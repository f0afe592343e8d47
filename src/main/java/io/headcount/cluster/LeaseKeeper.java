package io.headcount.cluster;

import io.headcount.bus.Rounds;
import io.headcount.model.Incarnation;
import io.headcount.store.LeaseStore;
import io.headcount.store.NodeLease;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/**
 * Keeps this node's lease: {@link OwnLease} renewed every 3 s. It is to run on a Vert.x instance of its own (one event
 * loop, one thread), so that no work of the node can delay it.
 */
public final class LeaseKeeper implements NodeLease {
    private static final long RENEW_MILLIS = 3_000;
    private static final long RETRY_MILLIS = 250;

    private final Context context;
    private final Rounds renewals;
    private final OwnLease lease;

    private LeaseKeeper(Vertx vertx, LeaseStore store, String node) {
        this.context = vertx.getOrCreateContext();
        this.lease = new OwnLease(store, node, System::nanoTime);
        this.renewals = new Rounds(
                "lease",
                vertx,
                () -> lease.renew()
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
        return lease.current();
    }

    @Override
    public Future<Incarnation> confirm() {
        Promise<Incarnation> promise = Promise.promise();
        context.runOnContext(go -> lease.renew().onComplete(promise));
        return promise.future();
    }

    /** From now on the lease says that the node is leaving. */
    public Future<Void> drain() {
        lease.drain();
        return confirm().mapEmpty();
    }

    /** Stops renewing; {@code bury} gives the lease up, where nothing of this life is left in Redis. */
    public Future<Void> stop(boolean bury) {
        Promise<Void> promise = Promise.promise();
        context.runOnContext(go -> {
            renewals.stop();
            (bury ? lease.release() : Future.<Void>succeededFuture()).onComplete(promise);
        });
        return promise.future();
    }
}
