package io.headcount.reconciler;

import io.headcount.bus.Ledger;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.Incarnation;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.CounterStore.NodeReport;
import io.headcount.store.LeaseStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a keeper does to repair: a round over the leases, and one over the streams that it owns. Knows no event loop, bus
 * or clock but those it is given, so that the simulator runs this very code; of Vert.x it uses futures only.
 */
final class Repairs {
    private static final Logger LOG = LoggerFactory.getLogger(Repairs.class);
    private static final long SILENT_BEATS = 3;
    /** As long as the index keeps a stream that nobody announces. */
    private static final long INDEX_LIFE_MILLIS = 900_000;

    private static final int READ_CHUNK = 200;
    /** A stream's set is swept for users without a tab every so many rounds, spread by the stream's hash. */
    private static final int SWEEP_ROUNDS = 12;

    private final Roster roster;
    private final CounterStore store;
    private final LeaseStore leases;
    private final Deaths deaths = new Deaths();
    private final Reconciliation reconciliation;
    private final Reaper reaper;
    private final Sweeper sweeper;
    private final Ledger ledger;
    private final Ways ways;
    private final boolean dryRun;
    private final Counter mismatches;
    private final Counter reaped;
    /** Streams that were in the index lately, and when. */
    private final Map<String, Long> listedAt = new HashMap<>();

    private Set<String> knownDead = Set.of();
    private long round;
    private boolean busy;

    Repairs(
            HeadcountConfig config,
            Roster roster,
            CounterStore store,
            LeaseStore leases,
            SharedClock clock,
            Ledger ledger,
            MeterRegistry metrics,
            Ways ways) {
        this.roster = roster;
        this.store = store;
        this.leases = leases;
        this.ledger = ledger;
        this.ways = ways;
        this.reconciliation = new Reconciliation(
                config.reconciler().threshold(),
                config.reconciler().rounds(),
                SILENT_BEATS * config.counting().beatMillis());
        this.dryRun = config.reconciler().dryRun();
        this.reaper = new Reaper(store, clock);
        this.sweeper = new Sweeper(roster.self(), store, ledger, metrics);
        this.mismatches = Counter.builder("headcount.reconciler.mismatches")
                .description(
                        "differences between a node's sockets and Redis; the node is told, unless reconciler.dryRun")
                .register(metrics);
        this.reaped = Counter.builder("headcount.reconciler.sessions.reaped")
                .description("sessions of dead nodes that were removed")
                .register(metrics);
        Gauge.builder("headcount.reconciler.drift.worst", reconciliation, Reconciliation::worst)
                .description("largest difference between sockets and Redis in the last round, sessions")
                .register(metrics);
    }

    /** Looks at the leases, buries who is dead, and has what they left reaped. */
    Future<Void> leaseRound() {
        return leases.leases().compose(read -> {
            long now = ways.monotonicMillis().getAsLong();
            deaths.observe(read, now);
            ways.missing().accept(new Message.MissingNodes(deaths.missing()));
            List<Future<?>> burials = new ArrayList<>();
            deaths.toBury(now).forEach(incarnation -> burials.add(bury(incarnation)));
            reapAtOnceWhereNew();
            return Future.join(burials).mapEmpty();
        });
    }

    private Future<Boolean> bury(Incarnation incarnation) {
        return leases.recordDeath(incarnation).onSuccess(dead -> {
            if (dead) {
                deaths.buried(incarnation);
                LOG.warn("a node's lease ran out and its death is recorded node={}", incarnation);
            }
        });
    }

    private void reapAtOnceWhereNew() {
        Set<String> dead = deaths.dead();
        if (!knownDead.containsAll(dead) && !busy) {
            ways.streamRoundNow().run();
        }
        knownDead = dead;
    }

    /** Compares the streams that this keeper owns, reaps the dead and sweeps. */
    Future<Void> streamRound() {
        busy = true;
        long thisRound = round++;
        return store.liveStreams()
                .compose(streams -> readOwned(ownedOf(streams), 0, new ArrayList<>()))
                .compose(streams -> compareAndReap(streams, thisRound))
                .onComplete(done -> busy = false);
    }

    /** The index may lose a stream whose only nodes are dead, so that nobody announces it again: it is looked at anyway. */
    private List<String> ownedOf(List<String> listed) {
        long now = ways.monotonicMillis().getAsLong();
        listed.forEach(stream -> listedAt.put(stream, now));
        listedAt.values().removeIf(at -> now - at > INDEX_LIFE_MILLIS);
        return listedAt.keySet().stream().filter(roster::owns).sorted().toList();
    }

    private Future<List<LiveStream>> readOwned(List<String> streams, int from, List<LiveStream> read) {
        if (from >= streams.size()) {
            return Future.succeededFuture(read);
        }
        List<String> chunk = streams.subList(from, Math.min(streams.size(), from + READ_CHUNK));
        return store.read(chunk).recover(failure -> readSome(chunk)).compose(some -> {
            read.addAll(some);
            return readOwned(streams, from + READ_CHUNK, read);
        });
    }

    /** Those that can be read: one shard that is down must not keep the dead of the others counted. */
    private Future<List<LiveStream>> readSome(List<String> streams) {
        List<LiveStream> some = new ArrayList<>();
        List<Future<?>> reads = new ArrayList<>();
        streams.forEach(stream -> reads.add(store.read(List.of(stream)).onSuccess(some::addAll)));
        return Future.join(reads).transform(done -> Future.succeededFuture(some));
    }

    private Future<Void> compareAndReap(List<LiveStream> streams, long thisRound) {
        reconciliation.compare(streams, deaths::isAlive).forEach(mismatch -> {
            mismatches.increment();
            LOG.info(
                    "a node's sockets differ from Redis stream={} node={} sockets={} redis={} dryRun={}",
                    mismatch.stream(),
                    mismatch.incarnation(),
                    mismatch.sockets(),
                    mismatch.asserted(),
                    dryRun);
            if (dryRun) {
                return;
            }
            ways.verify().accept(new Message.Verify(mismatch.stream(), mismatch.incarnation(), "drift"));
        });
        deaths.reporting(streams.stream()
                .flatMap(stream -> stream.nodes().stream().map(NodeReport::incarnation))
                .toList());
        List<Supplier<Future<Void>>> work = new ArrayList<>();
        Reconciliation.toReap(streams, deaths::isDead)
                .forEach((stream, lives) -> lives.forEach(dead -> work.add(() -> reap(stream, dead))));
        for (LiveStream stream : streams) {
            String id = stream.count().stream();
            long viewers = stream.count().viewers();
            if (stream.nodes().isEmpty() && viewers == 0) {
                listedAt.remove(id);
                work.add(() -> store.retire(id));
            } else if (!dryRun && Math.floorMod(id.hashCode(), SWEEP_ROUNDS) == thisRound % SWEEP_ROUNDS) {
                work.add(() -> sweeper.sweep(id, viewers));
            }
        }
        Future<Void> done = rememberUnknown(streams);
        for (Supplier<Future<Void>> step : work) {
            // Whatever became of the one before: its stream's shard may be down, and the next round repeats it.
            done = done.transform(before -> step.get());
        }
        return done;
    }

    /** Nodes that report and that the registry does not know: it lost them, and nobody would notice their death. */
    private Future<Void> rememberUnknown(List<LiveStream> streams) {
        Set<String> nodes = new HashSet<>();
        streams.forEach(stream -> stream.nodes().forEach(report -> {
            if (deaths.isUnknown(report.incarnation())) {
                nodes.add(report.incarnation().node());
            }
        }));
        return Future.join(nodes.stream().map(leases::remember).toList()).mapEmpty();
    }

    private Future<Void> reap(String stream, Incarnation dead) {
        return reaper.reap(stream, dead)
                .onSuccess(repair -> {
                    reaped.increment((double) repair.removed());
                    if (repair.removed() > 0) {
                        ledger.tell(repair);
                    }
                })
                .mapEmpty();
    }

    /**
     * What surrounds it.
     *
     * @param missing takes which incarnations are missing
     * @param verify asks a node to look at a stream
     * @param streamRoundNow has the next round over the streams begin at once
     * @param monotonicMillis a clock of no meaning but for differences
     */
    record Ways(
            Consumer<Message.MissingNodes> missing,
            Consumer<Message.Verify> verify,
            Runnable streamRoundNow,
            LongSupplier monotonicMillis) {}
}
