package io.headcount.store;

import io.headcount.model.Incarnation;

/** This node's own lease, as the parts of the node see it. */
public interface NodeLease {
    /**
     * The life under which this node may write now, or {@code null} while it has none: before it registered, and from
     * the moment its lease may have run out (by the monotonic clock, a pause of the process included) until it has
     * registered anew.
     */
    Incarnation current();

    /** Tells the lease's keeper that something was refused as if this life were dead, so that it looks at once. */
    void suspect();
}
