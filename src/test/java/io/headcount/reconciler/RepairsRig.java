package io.headcount.reconciler;

import io.headcount.bus.Ledger;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.LeaseStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The real repairs of a keeper, for the simulator, which lives in another package. */
public final class RepairsRig {
    private final Repairs repairs;

    public RepairsRig(
            HeadcountConfig config,
            Roster roster,
            CounterStore store,
            LeaseStore leases,
            Ledger ledger,
            MeterRegistry metrics,
            Consumer<Message.Verify> verify,
            Runnable streamRoundNow,
            LongSupplier monotonicMillis) {
        repairs = new Repairs(
                config,
                roster,
                store,
                leases,
                new SharedClock(),
                ledger,
                metrics,
                new Repairs.Ways(missing -> {}, verify, streamRoundNow, monotonicMillis));
    }

    public Future<Void> leaseRound() {
        return repairs.leaseRound();
    }

    public Future<Void> streamRound() {
        return repairs.streamRound();
    }
}
