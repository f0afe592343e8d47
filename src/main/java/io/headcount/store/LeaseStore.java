package io.headcount.store;

import io.headcount.model.Incarnation;
import io.vertx.core.Future;
import java.util.List;

/** The nodes' leases: who is alive, by Redis' clock. */
public interface LeaseStore {
    /** How long a lease lives without renewal. */
    long TTL_MILLIS = 10_000;

    /**
     * Begins a new life of a node, with an epoch above every earlier one. Fails where another life of the node began at
     * the same moment, perhaps by a call of its own that had timed out: to be tried again.
     *
     * @param above the highest epoch the node itself remembers, 0 for none
     */
    Future<Incarnation> register(String node, long above);

    /** Renews; false when the lease is no longer this incarnation's (dead, or taken over): it must register anew. */
    Future<Boolean> renew(Incarnation incarnation, LeaseState state);

    /** Every node that ever registered and was not forgotten since, with what is known of its lease. */
    Future<List<Lease>> leases();

    /**
     * Records a death, provided that the lease is gone (or is already a later life's).
     *
     * @return whether the incarnation is now known to be dead
     */
    Future<Boolean> recordDeath(Incarnation incarnation);

    /** Gives the lease up at the end of an orderly stop: the incarnation is recorded dead at once. */
    Future<Void> release(Incarnation incarnation);

    /** Makes {@link #leases} list a node under whose name something was found. */
    Future<Void> remember(String node);

    /** What a lease says. */
    enum LeaseState {
        ALIVE,
        DRAINING,
        /** Recorded dead. */
        DEAD,
        /** Neither renewed nor recorded dead, while its shard was writable for as long as a lease lives. */
        MISSING,
        /** Gone, but its shard was not always writable: says nothing of the node. */
        UNKNOWN
    }

    /**
     * A node's lease.
     *
     * @param epoch of the life it is about; the highest ever given when the lease is missing
     * @param remainingMillis until it ends; 0 when missing
     */
    record Lease(String node, long epoch, LeaseState state, long remainingMillis) {}
}
