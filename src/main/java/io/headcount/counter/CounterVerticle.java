package io.headcount.counter;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Ledger;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.bus.Rounds;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.NodeLease;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Counts the streams of its share: takes sessions from the gateways, asserts them in Redis, tells gateways which are
 * counted and owners how many there are.
 */
public final class CounterVerticle extends VerticleBase {
    private static final int TICK_MILLIS = 100;
    private static final int ANNOUNCE_MILLIS = 100;
    /** Redis may lose the index: only what is in it is compared and reaped. */
    private static final int ANNOUNCE_ALL_MILLIS = 10_000;

    private final HeadcountConfig config;
    private final int index;
    private final Roster roster;
    private final CounterStore store;
    private final NodeLease lease;
    private final SharedClock clock;
    private final MeterRegistry metrics;
    private Counting counting;

    /** @param index which of the node's counter instances this is, from 0 */
    public CounterVerticle(
            HeadcountConfig config,
            int index,
            Roster roster,
            CounterStore store,
            NodeLease lease,
            SharedClock clock,
            MeterRegistry metrics) {
        this.config = config;
        this.index = index;
        this.roster = roster;
        this.store = store;
        this.lease = lease;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        Bus bus = Bus.of(vertx);
        CountOutlet outlet = new CountOutlet(vertx, bus, roster);
        Counting.Ways ways = new Counting.Ways(
                (gateway, admitted) -> bus.sendLocal(Addresses.ADMITTED.at(gateway), admitted),
                outlet::offer,
                (gateway, wanted) ->
                        bus.requestLocal(Addresses.SOCKETS_WANTED.at(gateway), wanted, Message.Sockets.class),
                (millis, task) -> vertx.setTimer(millis, timer -> task.run()),
                SharedClock::monotonicMillis,
                System.currentTimeMillis());
        counting = new Counting(config, index, roster, store, lease, clock, new Ledger(bus, clock), metrics, ways);
        counting.register(metrics);
        vertx.setPeriodic(TICK_MILLIS, timer -> counting.tick());
        vertx.setPeriodic(BeatWheel.tickMillis(config.counting().beatMillis()), timer -> counting.beat());
        Rounds.every(ANNOUNCE_MILLIS, "announcement of streams", vertx, counting::announce);
        vertx.setPeriodic(ANNOUNCE_ALL_MILLIS, timer -> counting.announceAll());
        bus.consumeLocal(Addresses.CENSUS, counting::onCensus);
        Context own = vertx.getOrCreateContext();
        store.onLoss(concerned -> own.runOnContext(go -> counting.onLoss(concerned)));
        return Future.all(
                bus.consumeLocal(Addresses.SESSION_EVENTS.at(index), counting::onEvents)
                        .completion(),
                bus.consume(Addresses.VERIFY.at(roster.self()), counting::onVerify)
                        .completion());
    }

    /** Waits, a few seconds at most, until everything that is known was asserted and logged. */
    @Override
    public Future<?> stop() {
        return settled(50);
    }

    private Future<Void> settled(int looks) {
        return counting.settled() || looks == 0
                ? Future.succeededFuture()
                : vertx.timer(TICK_MILLIS, java.util.concurrent.TimeUnit.MILLISECONDS)
                        .compose(timer -> settled(looks - 1));
    }
}
