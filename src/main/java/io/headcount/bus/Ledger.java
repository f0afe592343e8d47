package io.headcount.bus;

import io.headcount.model.Repair;
import io.headcount.model.SharedClock;
import java.util.function.Consumer;

/** Tells the keepers of a repair that was made, for the ledger. */
public final class Ledger {
    private final Consumer<Message.Repaired> out;
    private final SharedClock clock;

    public Ledger(Bus bus, SharedClock clock) {
        this(repaired -> bus.send(Addresses.REPAIRED, repaired), clock);
    }

    /** @param out takes what is told */
    public Ledger(Consumer<Message.Repaired> out, SharedClock clock) {
        this.out = out;
        this.clock = clock;
    }

    /**
     * Tells of a repair that ended now; the parameters are those of {@link Repair}. One that changed nothing is not told.
     */
    public void tell(
            String stream,
            String node,
            long before,
            long after,
            long added,
            long removed,
            String cause,
            long durationMillis) {
        if (added > 0 || removed > 0) {
            tell(new Repair(stream, node, before, after, added, removed, cause, durationMillis, clock.nowMillis()));
        }
    }

    /** Tells of a repair. */
    public void tell(Repair repair) {
        out.accept(new Message.Repaired(repair));
    }
}
