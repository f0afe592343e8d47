package io.headcount.cluster;

import io.headcount.model.Incarnation;
import io.headcount.store.LeaseStore;
import io.headcount.store.NodeLease;
import io.vertx.core.Future;
import java.util.function.LongSupplier;

/** The real lease of a node, for the simulator, which lives in another package. */
public final class LeaseRig implements NodeLease {
    private final OwnLease lease;

    public LeaseRig(LeaseStore store, String node, LongSupplier nanoTime) {
        lease = new OwnLease(store, node, nanoTime);
    }

    @Override
    public Incarnation current() {
        return lease.current();
    }

    @Override
    public Future<Incarnation> confirm() {
        return lease.renew();
    }

    public void drain() {
        lease.drain();
    }
}
