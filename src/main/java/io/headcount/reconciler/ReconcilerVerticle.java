package io.headcount.reconciler;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Ledger;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.bus.Rounds;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.SharedClock;
import io.headcount.store.BeatStore;
import io.headcount.store.CounterStore;
import io.headcount.store.LeaseStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;

/** Rounds over the leases (every second) and over the streams that this keeper owns (every few, or on a death). */
public final class ReconcilerVerticle extends VerticleBase {
    private static final long LEASE_ROUND_MILLIS = 1_000;

    private final HeadcountConfig config;
    private final Roster roster;
    private final CounterStore store;
    private final LeaseStore leases;
    private final SharedClock clock;
    private final MeterRegistry metrics;
    private final BeatStore beats;
    private Rounds streamRounds;

    public ReconcilerVerticle(
            HeadcountConfig config,
            Roster roster,
            CounterStore store,
            LeaseStore leases,
            SharedClock clock,
            MeterRegistry metrics,
            BeatStore beats) {
        this.config = config;
        this.roster = roster;
        this.store = store;
        this.leases = leases;
        this.clock = clock;
        this.metrics = metrics;
        this.beats = beats;
    }

    @Override
    public Future<?> start() {
        Bus bus = Bus.of(vertx);
        Repairs repairs = new Repairs(
                config,
                roster,
                store,
                leases,
                clock,
                new Ledger(bus, clock),
                metrics,
                new Repairs.Ways(
                        missing -> bus.publishLocal(Addresses.MISSING_NODES, missing),
                        verify -> bus.publish(
                                Addresses.VERIFY.at(verify.incarnation().node()), verify),
                        () -> streamRounds.startAfter(0),
                        SharedClock::monotonicMillis));
        Rounds.every(LEASE_ROUND_MILLIS, "leases", vertx, repairs::leaseRound);
        streamRounds =
                Rounds.every(config.reconciler().intervalMillis(), "reconciliation", vertx, repairs::streamRound);
        BeatSweeps sweeps = new BeatSweeps(
                roster,
                store,
                beats,
                count ->
                        bus.send(Addresses.OWNER.at(roster.self()), new Message.Counts(roster.self(), List.of(count))));
        Rounds.every(BeatSweeps.INTERVAL_MILLIS, "viewers without WebSocket", vertx, sweeps::round);
        return Future.succeededFuture();
    }
}
