package io.headcount.counter;

import io.headcount.bus.Ledger;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.Incarnation;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.NodeLease;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A counter instance but for its wires: what it does with what it hears and whenever it is time. Knows no event loop,
 * bus or clock but those it is given, so that the simulator runs this very code; of Vert.x it uses futures only.
 */
final class Counting {
    private static final Logger LOG = LoggerFactory.getLogger(Counting.class);

    private final int index;
    private final Roster roster;
    private final CounterStore store;
    private final NodeLease lease;
    private final SharedClock clock;
    private final boolean dryRun;
    private final Set<String> unannounced = new HashSet<>();
    private final Assertions assertions;
    private final SessionLogger logger;
    private final BeatWheel beats;
    private final Verification verification;

    /** @param index which of the node's counter instances this is, from 0 */
    Counting(
            HeadcountConfig config,
            int index,
            Roster roster,
            CounterStore store,
            NodeLease lease,
            SharedClock clock,
            Ledger ledger,
            MeterRegistry metrics,
            Ways ways) {
        this.index = index;
        this.roster = roster;
        this.store = store;
        this.lease = lease;
        this.clock = clock;
        this.dryRun = config.reconciler().dryRun();
        assertions = new Assertions(
                ways.admissions(),
                store,
                lease,
                ledger,
                metrics,
                ways.startedAtMillis(),
                config.limits().maxSessionsPerUser(),
                ways.counts());
        logger = new SessionLogger(ways.later(), store, metrics, this::onLogged);
        beats = new BeatWheel(
                assertions,
                store,
                metrics,
                ledger,
                ways.monotonicMillis(),
                result -> ways.counts().accept(result.count()));
        verification = new Verification(config, index, ways.gateways(), lease, assertions, this::closeLost);
    }

    void register(MeterRegistry metrics) {
        CounterGauges.register(metrics, index, assertions, logger);
    }

    /** Periodic, every 100 ms: sends what waits, and what failed again. */
    void tick() {
        assertions.tick();
    }

    /** Periodic, {@link BeatWheel#tickMillis}. */
    void beat() {
        beats.tick();
    }

    /** Whether everything that is known was asserted and logged, or cannot be. */
    boolean settled() {
        return lease.current() == null || (assertions.idle() && logger.idle());
    }

    void onEvents(Message.SessionEvents message) {
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

    void onCensus(Message.Census census) {
        Map<String, String> doubtful = new HashMap<>();
        for (StreamState state : assertions.all()) {
            if (state.census(census.gateway(), census.tallies().getOrDefault(state.stream(), Message.Tally.NONE))) {
                // Keepers compare numbers, and these are equal.
                doubtful.put(state.stream(), "members");
            }
        }
        // A stream of which nothing is known or asserted here is reported nowhere: no keeper would ever ask.
        for (String stream : census.tallies().keySet()) {
            StreamState state = assertions.known(stream);
            if (state == null || state.unreported()) {
                doubtful.put(stream, "drift");
            }
        }
        Incarnation life = lease.current();
        if (dryRun) {
            doubtful.forEach((stream, cause) -> LOG.info(
                    "a gateway's sockets differ from what is counted stream={} cause={} dryRun=true", stream, cause));
        } else if (life != null) {
            doubtful.forEach((stream, cause) -> verification.verify(new Message.Verify(stream, life, cause)));
        }
    }

    void onVerify(Message.Verify message) {
        verification.verify(message);
    }

    /**
     * Redis may have lost its last writes of some streams (another master, a restarted one): they are compared at once
     * and asserted where they differ, not only when the next beat finds it.
     */
    void onLoss(Predicate<String> concerned) {
        for (StreamState state : assertions.all()) {
            if (concerned.test(state.stream())) {
                assertions.suspect(state, "loss");
            }
        }
        // The index of live streams is spread over all shards.
        announceAll();
        assertions.tick();
    }

    /** Periodic, seldom: says of all streams that are not forgotten that they are alive; others may have sessions there. */
    void announceAll() {
        assertions.all().forEach(state -> unannounced.add(state.stream()));
    }

    /** Periodic, often: tells the index of streams that are new here. */
    Future<Void> announce() {
        List<String> streams = List.copyOf(unannounced);
        unannounced.clear();
        return streams.isEmpty()
                ? Future.succeededFuture()
                : store.announce(streams).onFailure(failure -> unannounced.addAll(streams));
    }

    /** What is asserted, for tests. */
    Assertions assertions() {
        return assertions;
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

    /**
     * What surrounds it.
     *
     * @param admissions takes, for a gateway instance, which sessions are counted
     * @param counts takes every count that Redis answers with
     * @param gateways asks a gateway instance which sockets it has
     * @param later runs a task after a time
     * @param monotonicMillis a clock of no meaning but for differences
     * @param startedAtMillis when the process began, by any clock: tells it from others of its name
     */
    record Ways(
            BiConsumer<Integer, Message.Admitted> admissions,
            Consumer<Count> counts,
            BiFunction<Integer, Message.SocketsWanted, Future<Message.Sockets>> gateways,
            Later later,
            LongSupplier monotonicMillis,
            long startedAtMillis) {}
}
