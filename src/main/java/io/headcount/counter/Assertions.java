package io.headcount.counter;

import io.headcount.bus.Ledger;
import io.headcount.bus.Message;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.Incarnation;
import io.headcount.model.Session;
import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.Batch;
import io.headcount.store.CounterStore.BatchResult;
import io.headcount.store.CounterStore.Beat;
import io.headcount.store.CounterStore.Member;
import io.headcount.store.NodeLease;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the states' batches to Redis: one in flight a stream, a bounded number in all; and reconciles suspect streams.
 * Nothing is written unless the node holds its lease; under a new incarnation everything is asserted anew.
 */
final class Assertions {
    private static final Logger LOG = LoggerFactory.getLogger(Assertions.class);
    private static final int MOST_CALLS = 256;
    private static final int MOST_CHECKS = 16;
    /** Failed streams wait for the next tick, so that an outage is not met with a storm of retries. */
    private static final int MOST_RETRIES_PER_TICK = 64;

    private final Map<String, StreamState> states = new HashMap<>();
    private final Set<StreamState> ready = new LinkedHashSet<>();
    private final Deque<StreamState> failed = new ArrayDeque<>();
    private final Set<StreamState> suspects = new LinkedHashSet<>();
    private final BiConsumer<Integer, Message.Admitted> admissions;
    private final CounterStore store;
    private final NodeLease lease;
    private final Ledger ledger;
    private final long numbersAfter;
    private final int mostTabs;
    private final Consumer<Count> outlet;
    private final Timer applyTimer;
    private final DistributionSummary batchSizes;
    private final Counter failures;
    private final Counter reconciliations;
    private Incarnation incarnation;
    private int calls;
    private int checks;

    /**
     * @param admissions takes, for a gateway instance, which sessions are counted
     * @param numbersAfter where the numbers of batches begin: another place in each process
     * @param mostTabs of a user on a stream, over all nodes; 0 for any number
     */
    Assertions(
            BiConsumer<Integer, Message.Admitted> admissions,
            CounterStore store,
            NodeLease lease,
            Ledger ledger,
            MeterRegistry metrics,
            long numbersAfter,
            int mostTabs,
            Consumer<Count> outlet) {
        this.admissions = admissions;
        this.store = store;
        this.lease = lease;
        this.ledger = ledger;
        this.numbersAfter = numbersAfter;
        this.mostTabs = mostTabs;
        this.outlet = outlet;
        this.applyTimer = Timer.builder("headcount.counter.apply")
                .description("time of one batch of joins and leaves in Redis, the way there and back included")
                .publishPercentileHistogram()
                .register(metrics);
        this.batchSizes = DistributionSummary.builder("headcount.counter.batch.changes")
                .description("joins and leaves in a batch")
                .register(metrics);
        this.failures = Counter.builder("headcount.counter.apply.failures")
                .description("batches whose call failed and is repeated")
                .register(metrics);
        this.reconciliations = Counter.builder("headcount.counter.reconciliations")
                .description("streams that were compared with Redis and asserted anew where they differed")
                .register(metrics);
    }

    /** The state of a stream, made where there is none. */
    StreamState state(String stream) {
        return states.computeIfAbsent(stream, id -> new StreamState(id, numbersAfter, mostTabs));
    }

    /** The state of a stream, or {@code null}. */
    StreamState known(String stream) {
        return states.get(stream);
    }

    Iterable<StreamState> all() {
        return states.values();
    }

    int streams() {
        return states.size();
    }

    void forget(StreamState state) {
        states.remove(state.stream(), state);
        ready.remove(state);
        suspects.remove(state);
    }

    /** The life under which to write now, or {@code null}; a new one makes all streams assert themselves anew. */
    Incarnation incarnation() {
        Incarnation now = lease.current();
        if (now != null && !now.equals(incarnation)) {
            incarnation = now;
            failed.clear();
            suspects.clear();
            states.values().forEach(state -> {
                state.reborn();
                ready.add(state);
            });
        }
        return now;
    }

    /** Something of this stream may be to be sent. */
    void changed(StreamState state) {
        ready.add(state);
    }

    /** Something does not fit: compare with Redis. */
    void suspect(StreamState state, String cause) {
        state.suspect(cause);
        suspects.add(state);
    }

    /** Periodic: failed streams are tried again, as many as are good for Redis. */
    void tick() {
        for (int i = 0; i < MOST_RETRIES_PER_TICK && !failed.isEmpty(); i++) {
            ready.add(failed.poll());
        }
        pump();
        check();
    }

    /** Sends what is ready, as far as calls are free. */
    void pump() {
        Incarnation now = incarnation();
        while (now != null && calls < MOST_CALLS && !ready.isEmpty()) {
            StreamState state = ready.iterator().next();
            ready.remove(state);
            Batch batch = state.next(now, CounterStore.MAX_BATCH);
            if (batch != null) {
                send(state, batch);
            } else if (state.isSuspect()) {
                suspects.add(state);
            }
        }
    }

    boolean idle() {
        return calls == 0 && checks == 0 && ready.isEmpty() && failed.isEmpty() && suspects.isEmpty();
    }

    private void send(StreamState state, Batch batch) {
        calls++;
        long startedAt = System.nanoTime();
        store.apply(batch).onComplete(result -> {
            calls--;
            applyTimer.record(System.nanoTime() - startedAt, TimeUnit.NANOSECONDS);
            batchSizes.record(batch.changes().size());
            if (result.failed()) {
                failures.increment();
                state.failed(batch);
                failed.add(state);
            } else if (result.result() instanceof BatchResult.Applied applied) {
                tell(state.applied(batch, applied.asserted(), applied.refused()), applied.count());
                outlet.accept(applied.count());
                ready.add(state);
            } else {
                state.refused(batch);
                ready.add(state);
            }
            pump();
            check();
        });
    }

    private void tell(Verdict verdict, Count count) {
        Map<Integer, Message.Admitted> byGateway = new HashMap<>();
        verdict.admitted()
                .forEach(session -> part(byGateway, session, count).sessions().add(session));
        verdict.refused()
                .forEach(session -> part(byGateway, session, count).refused().add(session));
        byGateway.remove(-1);
        byGateway.forEach(admissions);
    }

    private static Message.Admitted part(Map<Integer, Message.Admitted> byGateway, Session session, Count count) {
        return byGateway.computeIfAbsent(
                session.gateway(), unknown -> new Message.Admitted(new ArrayList<>(), count, new ArrayList<>()));
    }

    private void check() {
        while (checks < MOST_CHECKS && !suspects.isEmpty() && incarnation() != null) {
            StreamState state = suspects.iterator().next();
            suspects.remove(state);
            checks++;
            long version = state.version();
            long startedAt = System.nanoTime();
            // The lease first: a refusal may mean that this life was recorded dead while the process slept.
            lease.confirm().compose(life -> read(state, life)).onComplete(read -> {
                checks--;
                // The confirmation may have begun a new life, of which Redis holds nothing: that is no difference.
                incarnation();
                if (read.failed()) {
                    failed.add(state);
                } else if (state.version() == version) {
                    reconciled(state, read.result(), startedAt);
                }
                pump();
            });
        }
    }

    private void reconciled(StreamState state, Holdings held, long startedAt) {
        Difference difference = state.reconcile(held.members(), held.lastSeen());
        reconciliations.increment();
        ready.add(state);
        if (difference.none()) {
            return;
        }
        long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);
        LOG.info(
                "Redis differed from the sockets and is corrected stream={} cause={} before={} after={}",
                state.stream(),
                difference.cause(),
                difference.before(),
                difference.after());
        ledger.tell(
                state.stream(),
                String.valueOf(incarnation),
                difference.before(),
                difference.after(),
                difference.added(),
                difference.removed(),
                difference.cause(),
                tookMillis);
    }

    /** The number first: if another batch is applied while the members are read, the correction will be refused. */
    private Future<Holdings> read(StreamState state, Incarnation life) {
        Beat question = new Beat(state.stream(), life, state.sockets(), state.seen(), List.of(), false, false);
        return store.beat(question)
                .compose(answer -> readAll(state.stream(), life, "0", new ArrayList<>())
                        .compose(members -> logged(state.strangers(members), state.stream(), life)
                                .map(new Holdings(members, answer.lastSeen()))));
    }

    /** Sessions that will be removed and that this process knows nothing of: log first, then remove. */
    private Future<Void> logged(List<Member> strangers, String stream, Incarnation life) {
        if (strangers.isEmpty()) {
            return Future.succeededFuture();
        }
        return store.log(strangers.stream()
                .map(member -> new FinishedSession(
                        stream,
                        member.user(),
                        member.session(),
                        life.node(),
                        member.joinedAtMillis(),
                        member.lastBeatMillis(),
                        EndCause.NODE_LOST))
                .toList());
    }

    private Future<List<Member>> readAll(String stream, Incarnation life, String cursor, List<Member> found) {
        return store.members(stream, life, cursor).compose(page -> {
            found.addAll(page.members());
            return page.cursor().equals("0")
                    ? Future.succeededFuture(found)
                    : readAll(stream, life, page.cursor(), found);
        });
    }

    /** What Redis holds for this node on a stream, and the number that it had seen before that was read. */
    private record Holdings(List<Member> members, long lastSeen) {}
}
