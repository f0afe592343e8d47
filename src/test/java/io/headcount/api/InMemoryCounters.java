package io.headcount.api;

import io.headcount.model.Count;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.store.CounterStore;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts that a test sets; the API reads and does nothing else, so whatever else is called fails. */
final class InMemoryCounters implements CounterStore {
    static final long AS_OF_MILLIS = 1_760_000_000_000L;

    final Map<String, LiveStream> streams = new ConcurrentHashMap<>();
    final AtomicInteger reads = new AtomicInteger();
    volatile boolean away;
    /** Reads are not answered before it completes. */
    volatile Future<Void> gate = Future.succeededFuture();

    void set(String stream, long viewers, String... incarnations) {
        Count count = new Count(
                stream, viewers, viewers + 1, viewers + 5, AS_OF_MILLIS - 60_000, AS_OF_MILLIS, 1, Mode.EXACT);
        List<NodeReport> reports = List.of(incarnations).stream()
                .map(node -> new NodeReport(Incarnation.parse(node), 1, 1, 1, AS_OF_MILLIS))
                .toList();
        streams.put(stream, new LiveStream(count, reports));
    }

    @Override
    public Future<List<LiveStream>> read(List<String> wanted) {
        reads.incrementAndGet();
        if (away) {
            return Future.failedFuture("Redis is away");
        }
        return gate.map(open -> wanted.stream()
                .map(stream -> streams.getOrDefault(
                        stream, new LiveStream(Count.none(stream, AS_OF_MILLIS, Mode.EXACT), List.of())))
                .toList());
    }

    @Override
    public Future<BatchResult> apply(Batch batch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<BeatResult> beat(Beat beat) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<MemberPage> members(String stream, Incarnation incarnation, String cursor) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Count> reap(String stream, Incarnation dead, List<Member> members) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Sweep> sweep(String stream, String cursor) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> log(List<FinishedSession> finished) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> announce(Collection<String> announced) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<List<String>> liveStreams() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> retire(String stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<HistoryPoint> lastBucket(String stream, long bucketMillis) {
        throw new UnsupportedOperationException();
    }
}
