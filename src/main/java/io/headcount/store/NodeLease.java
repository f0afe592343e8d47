package io.headcount.store;

import io.headcount.model.Incarnation;
import io.vertx.core.Future;

/** This node's own lease, as the parts of the node see it. */
public interface NodeLease {
    /**
     * The life under which this node may write now, or {@code null} while it has none: before it registered, and from
     * the moment its lease may have run out (by the monotonic clock, a pause of the process included) until it has
     * registered anew.
     */
    Incarnation current();

    /**
     * Renews the lease at once, and completes with the life under which this node may write from now on: the same, or a
     * new one where the old was recorded dead. To be asked before anything is asserted again after a refusal. Fails
     * while Redis is out of reach.
     */
    Future<Incarnation> confirm();
}
