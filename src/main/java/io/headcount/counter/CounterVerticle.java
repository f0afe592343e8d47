package io.headcount.counter;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Ledger;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.bus.Rounds;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.NodeLease;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Counts the streams of its share: takes sessions from the gateways, asserts them in Redis, tells gateways which are
 * counted and owners how many there are.
 */
public final class CounterVerticle extends VerticleBase {
    private static final int TICK_MILLIS = 100;
    private static final int ANNOUNCE_MILLIS = 100;
    private static final int ANNOUNCE_ALL_MILLIS = 60_000;

    private final HeadcountConfig config;
    private final int index;
    private final Roster roster;
    private final CounterStore store;
    private final NodeLease lease;
    private final SharedClock clock;
    private final MeterRegistry metrics;
    private final Set<String> unannounced = new HashSet<>();
    private Bus bus;
    private Assertions assertions;
    private SessionLogger logger;

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
        bus = Bus.of(vertx);
        Ledger ledger = new Ledger(bus, clock);
        CountOutlet outlet = new CountOutlet(vertx, bus, roster);
        int mostTabs = config.limits().maxSessionsPerUser();
        assertions = new Assertions(bus, store, lease, ledger, metrics, mostTabs, outlet::offer);
        logger = new SessionLogger(vertx, store, metrics, this::onLogged);
        BeatWheel beats = new BeatWheel(assertions, store, metrics, ledger, result -> outlet.offer(result.count()));
        Verification verification = new Verification(config, index, bus, lease, assertions, this::closeLost);
        CounterGauges.register(metrics, index, assertions, logger);
        vertx.setPeriodic(TICK_MILLIS, timer -> assertions.tick());
        vertx.setPeriodic(BeatWheel.tickMillis(config.counting().beatMillis()), timer -> beats.tick());
        Rounds.every(ANNOUNCE_MILLIS, "announcement of streams", vertx, this::announce);
        vertx.setPeriodic(ANNOUNCE_ALL_MILLIS, timer -> assertions.all().forEach(this::announceLive));
        bus.consumeLocal(Addresses.CENSUS, this::onCensus);
        return Future.all(
                bus.consumeLocal(Addresses.SESSION_EVENTS.at(index), this::onEvents)
                        .completion(),
                bus.consume(Addresses.VERIFY.at(roster.self()), verification::verify)
                        .completion());
    }

    /** Waits, a few seconds at most, until everything that is known was asserted and logged. */
    @Override
    public Future<?> stop() {
        return settled(50);
    }

    private Future<Void> settled(int looks) {
        boolean idle = lease.current() == null || (assertions.idle() && logger.idle());
        return idle || looks == 0
                ? Future.succeededFuture()
                : vertx.timer(TICK_MILLIS, java.util.concurrent.TimeUnit.MILLISECONDS)
                        .compose(timer -> settled(looks - 1));
    }

    private void onEvents(Message.SessionEvents message) {
        for (Message.SessionEvent event : message.events()) {
            Session session = event.session();
            if (event.opened()) {
                open(session);
            } else {
                close(session, event.cause(), event.atMillis());
            }
        }
        assertions.pump();
    }

    private void open(Session session) {
        StreamState state = assertions.known(session.stream());
        if (state == null) {
            state = assertions.state(session.stream());
            unannounced.add(session.stream());
        }
        state.open(session);
        assertions.changed(state);
    }

    private void close(Session session, EndCause cause, long atMillis) {
        StreamState state = assertions.known(session.stream());
        if (state != null && state.closed(session)) {
            logger.add(
                    session,
                    new FinishedSession(
                            session.stream(),
                            session.user(),
                            session.id(),
                            roster.self(),
                            session.joinedAtMillis(),
                            atMillis,
                            cause));
        }
    }

    private void closeLost(Session session) {
        close(session, EndCause.ERROR, clock.nowMillis());
    }

    private void onLogged(Session session) {
        StreamState state = assertions.known(session.stream());
        if (state != null) {
            state.end(session);
            assertions.changed(state);
            assertions.pump();
        }
    }

    private void onCensus(Message.Census census) {
        for (StreamState state : assertions.all()) {
            state.census(census.gateway(), census.socketsByStream().getOrDefault(state.stream(), 0));
        }
    }

    private void announceLive(StreamState state) {
        if (!state.sessions().isEmpty()) {
            unannounced.add(state.stream());
        }
    }

    private Future<Void> announce() {
        List<String> streams = List.copyOf(unannounced);
        unannounced.clear();
        return streams.isEmpty()
                ? Future.succeededFuture()
                : store.announce(streams).onFailure(failure -> unannounced.addAll(streams));
    }
}
