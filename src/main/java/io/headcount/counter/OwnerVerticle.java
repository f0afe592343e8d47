package io.headcount.counter;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.bus.Rounds;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.Count;
import io.headcount.model.Incarnation;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.CounterStore.NodeReport;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On a keeper: publishes the counts of the streams it owns. Counters tell it of changes; what it is not told it reads,
 * so that a lost message costs a second or two and nothing else.
 */
public final class OwnerVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerVerticle.class);
    private static final int TICK_MILLIS = 20;
    private static final int LIFE_TICK_MILLIS = 250;
    private static final int INDEX_TICK_MILLIS = 2_000;
    private static final int READ_CHUNK = 200;
    private static final int PUBLISH_CHUNK = 1_000;

    private final Roster roster;
    private final CounterStore store;
    private final CountBoard board;
    private final Counter published;
    private final MeterRegistry metrics;
    private Bus bus;

    public OwnerVerticle(HeadcountConfig config, Roster roster, CounterStore store, MeterRegistry metrics) {
        this.roster = roster;
        this.store = store;
        this.metrics = metrics;
        this.board =
                new CountBoard(config.push().intervalMillis(), config.push().lifeSignMillis());
        this.published = Counter.builder("headcount.owner.counts.published")
                .description("counts published by this node for the streams it owns")
                .register(metrics);
    }

    @Override
    public Future<?> start() {
        bus = Bus.of(vertx);
        metrics.gauge("headcount.owner.streams", board, CountBoard::size);
        bus.consumeLocal(Addresses.MISSING_NODES, message -> board.missing(message.incarnations()));
        vertx.setPeriodic(TICK_MILLIS, timer -> publish(board.changes(now())));
        vertx.setPeriodic(LIFE_TICK_MILLIS, timer -> publish(board.signsOfLife(now())));
        Rounds.every(LIFE_TICK_MILLIS, "counts", vertx, this::readStale);
        Rounds.every(INDEX_TICK_MILLIS, "index of live streams", vertx, this::readIndex);
        return bus.consume(Addresses.OWNER.at(roster.self()), this::onCounts).completion();
    }

    private void onCounts(Message.Counts message) {
        long now = now();
        for (Count count : message.counts()) {
            board.offer(count, now);
        }
        // The first change at once: the tick is for those that wait for their interval.
        publish(board.changes(now));
    }

    private void publish(List<Count> due) {
        for (int from = 0; from < due.size(); from += PUBLISH_CHUNK) {
            List<Count> chunk = List.copyOf(due.subList(from, Math.min(due.size(), from + PUBLISH_CHUNK)));
            bus.publish(Addresses.COUNTS, new Message.Counts(roster.self(), chunk));
            published.increment(chunk.size());
        }
    }

    private Future<Void> readStale() {
        return readFrom(board.stale(now()), 0);
    }

    private Future<Void> readFrom(List<String> streams, int from) {
        if (from >= streams.size()) {
            return Future.succeededFuture();
        }
        List<String> chunk = streams.subList(from, Math.min(streams.size(), from + READ_CHUNK));
        return store.read(chunk)
                .onSuccess(this::offerAll)
                .recover(failure -> {
                    // Signs of life go on with the old count, which says degraded when it is too old.
                    LOG.debug("reading counts failed streams={} reason={}", chunk.size(), failure.getMessage());
                    return Future.succeededFuture(List.of());
                })
                .compose(done -> readFrom(streams, from + READ_CHUNK));
    }

    private void offerAll(List<LiveStream> streams) {
        long now = now();
        for (LiveStream stream : streams) {
            board.offer(
                    stream.count(),
                    stream.nodes().stream().map(NodeReport::incarnation).collect(Collectors.<Incarnation>toSet()),
                    now);
        }
    }

    /** Streams that changed hands, or of which no message came. */
    private Future<Void> readIndex() {
        // Before it is read: without Redis nothing is owned, and the old counts must not be published on.
        board.retain(roster::owns);
        return store.liveStreams()
                .onSuccess(streams -> {
                    long now = now();
                    streams.stream().filter(roster::owns).forEach(stream -> board.watch(stream, now));
                })
                .mapEmpty();
    }

    private static long now() {
        return SharedClock.monotonicMillis();
    }
}
