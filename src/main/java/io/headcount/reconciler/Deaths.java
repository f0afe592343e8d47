package io.headcount.reconciler;

import io.headcount.model.Incarnation;
import io.headcount.store.LeaseStore.Lease;
import io.headcount.store.LeaseStore.LeaseState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is dead, by the evidence of the leases alone. A node whose lease is about to run out is missing (its streams are
 * degraded); one whose lease is gone is to be buried. When more than a third of the nodes go at once, something else
 * is more likely than so many deaths: they are held for as long as a heartbeat lives, and then buried all the same.
 * Pure: times are the caller's monotonic milliseconds.
 */
final class Deaths {
    /** A lease is renewed every 3 s of its 10: with less than this left, two renewals failed. */
    private static final long LATE_MILLIS = 4_500;
    /** A heartbeat's TTL: after it, silence is proven by the sessions themselves. */
    private static final long HOLD_MILLIS = 60_000;

    private final Map<String, Long> missingSince = new HashMap<>();
    private final Map<String, Lease> leases = new HashMap<>();
    /** Nodes of which the last look at the leases told. */
    private final Set<String> listed = new HashSet<>();
    /** The latest life of each node that reports somewhere: where Redis lost the lease, only this tells of it. */
    private Map<String, Long> reported = Map.of();

    /** Takes what the leases say now; those that could not be read keep what was known. */
    void observe(List<Lease> read, long now) {
        listed.clear();
        for (Lease lease : read) {
            listed.add(lease.node());
            leases.put(lease.node(), lease);
        }
        for (Lease lease : leases.values()) {
            // A node of which neither a lease nor a report tells anything has nothing to die with, and counts for
            // nothing.
            if (lease.state() == LeaseState.MISSING && epochOf(lease) > 0) {
                missingSince.putIfAbsent(lease.node(), now);
            } else {
                missingSince.remove(lease.node());
            }
        }
    }

    /** Takes which incarnations report on any stream. */
    void reporting(Collection<Incarnation> incarnations) {
        Map<String, Long> latest = new HashMap<>();
        incarnations.forEach(incarnation -> latest.merge(incarnation.node(), incarnation.epoch(), Math::max));
        reported = latest;
    }

    /** An incarnation is recorded dead; the lease may never be read again, where Redis lost its node's name. */
    void buried(Incarnation incarnation) {
        Lease lease = leases.get(incarnation.node());
        if (lease == null || lease.epoch() <= incarnation.epoch()) {
            leases.put(incarnation.node(), new Lease(incarnation.node(), incarnation.epoch(), LeaseState.DEAD, 0));
            missingSince.remove(incarnation.node());
        }
    }

    private long epochOf(Lease lease) {
        return Math.max(lease.epoch(), reported.getOrDefault(lease.node(), 0L));
    }

    /** Incarnations whose lease is gone and that are to be recorded dead now. */
    List<Incarnation> toBury(long now) {
        long alive = leases.values().stream()
                .filter(lease -> lease.state() == LeaseState.ALIVE || lease.state() == LeaseState.DRAINING)
                .count();
        boolean tooMany = missingSince.size() > 1 && missingSince.size() * 3L > missingSince.size() + alive;
        List<Incarnation> dead = new ArrayList<>();
        missingSince.forEach((node, since) -> {
            if (!tooMany || now - since >= HOLD_MILLIS) {
                dead.add(new Incarnation(node, epochOf(leases.get(node))));
            }
        });
        // A life that Redis forgot, when it gave its node a lower number: nothing of the node would be taken any more
        // where
        // the higher one reports. Recorded dead, the higher number is known again. Refused where it is alive.
        reported.forEach((node, epoch) -> {
            Lease lease = leases.get(node);
            if (lease != null && lease.epoch() < epoch && !missingSince.containsKey(node)) {
                dead.add(new Incarnation(node, epoch));
            }
        });
        return dead;
    }

    /** Incarnations that are late or gone and not yet known to be dead, by name. */
    Set<String> missing() {
        Set<String> missing = new HashSet<>();
        for (Lease lease : leases.values()) {
            boolean gone = lease.state() == LeaseState.MISSING || lease.state() == LeaseState.UNKNOWN;
            boolean late = lease.state() == LeaseState.ALIVE && lease.remainingMillis() < LATE_MILLIS;
            if (epochOf(lease) > 0 && (gone || late)) {
                missing.add(new Incarnation(lease.node(), epochOf(lease)).toString());
            }
        }
        return missing;
    }

    /** Whether an incarnation was recorded dead, or a later life of its node has begun. */
    boolean isDead(Incarnation incarnation) {
        Lease lease = leases.get(incarnation.node());
        if (lease == null) {
            return false;
        }
        return lease.epoch() > incarnation.epoch()
                || (lease.epoch() == incarnation.epoch() && lease.state() == LeaseState.DEAD);
    }

    /** Whether an incarnation holds its lease. */
    boolean isAlive(Incarnation incarnation) {
        Lease lease = leases.get(incarnation.node());
        return lease != null && lease.epoch() == incarnation.epoch() && lease.state() == LeaseState.ALIVE;
    }

    /** Nodes that were not listed with the leases, although somebody reports under their name: the registry lost them. */
    boolean isUnknown(Incarnation incarnation) {
        return !listed.contains(incarnation.node());
    }

    /** Every incarnation that is known to be dead, by name; new ones among them call for a reap at once. */
    Set<String> dead() {
        Set<String> dead = new HashSet<>();
        for (Lease lease : leases.values()) {
            if (lease.state() == LeaseState.DEAD) {
                dead.add(new Incarnation(lease.node(), lease.epoch()).toString());
            }
        }
        return dead;
    }
}
