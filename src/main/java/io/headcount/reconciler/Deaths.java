package io.headcount.reconciler;

import io.headcount.model.Incarnation;
import io.headcount.store.LeaseStore.Lease;
import io.headcount.store.LeaseStore.LeaseState;
import java.util.ArrayList;
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

    /** Takes what the leases say now; those that could not be read keep what was known. */
    void observe(List<Lease> read, long now) {
        for (Lease lease : read) {
            leases.put(lease.node(), lease);
            if (lease.state() == LeaseState.MISSING) {
                missingSince.putIfAbsent(lease.node(), now);
            } else {
                missingSince.remove(lease.node());
            }
        }
    }

    /** Incarnations whose lease is gone and that are to be recorded dead now. */
    List<Incarnation> toBury(long now) {
        long alive = leases.values().stream()
                .filter(lease -> lease.state() == LeaseState.ALIVE || lease.state() == LeaseState.DRAINING)
                .count();
        boolean tooMany = missingSince.size() > 1 && missingSince.size() * 3L > missingSince.size() + alive;
        List<Incarnation> dead = new ArrayList<>();
        missingSince.forEach((node, since) -> {
            Lease lease = leases.get(node);
            if (lease.epoch() > 0 && (!tooMany || now - since >= HOLD_MILLIS)) {
                dead.add(new Incarnation(node, lease.epoch()));
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
            if (lease.epoch() > 0 && (gone || late)) {
                missing.add(new Incarnation(lease.node(), lease.epoch()).toString());
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

    /** Nodes that no lease is known of, although somebody reports under their name: the registry lost them. */
    boolean isUnknown(Incarnation incarnation) {
        return !leases.containsKey(incarnation.node());
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
