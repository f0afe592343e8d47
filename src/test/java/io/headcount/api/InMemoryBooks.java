package io.headcount.api;

import io.headcount.model.Count;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.RankedStream;
import io.headcount.model.Repair;
import io.headcount.model.StreamInfo;
import io.headcount.store.BookException;
import io.headcount.store.BookStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Master data in memory and a ranking that a test sets; whatever else is called fails. */
final class InMemoryBooks implements BookStore {
    final Map<String, StreamInfo> streams = new ConcurrentHashMap<>();
    /** Best first. */
    final List<StreamInfo> ranked = new ArrayList<>();

    volatile boolean away;

    @Override
    public Future<StreamInfo> saveStream(StreamInfo stream) {
        return reachable()
                .map(here -> streams.merge(
                        stream.id(),
                        stream,
                        (old, now) -> new StreamInfo(
                                now.id(),
                                now.title() == null ? old.title() : now.title(),
                                now.broadcaster() == null ? old.broadcaster() : now.broadcaster(),
                                now.category() == null ? old.category() : now.category())));
    }

    @Override
    public Future<StreamInfo> stream(String id) {
        return reachable().map(here -> streams.get(id));
    }

    @Override
    public Future<List<RankedStream>> ranking(String category, long afterRank, int limit) {
        return reachable().map(here -> {
            List<StreamInfo> matching = ranked.stream()
                    .filter(stream -> category == null || category.equals(stream.category()))
                    .toList();
            List<RankedStream> page = new ArrayList<>();
            for (int i = (int) Math.min(afterRank, matching.size()); i < matching.size() && page.size() < limit; i++) {
                page.add(new RankedStream(i + 1, matching.get(i), 1_000 - i, i == 0 ? null : (long) i));
            }
            return page;
        });
    }

    @Override
    public Future<Void> ping() {
        return reachable();
    }

    private Future<Void> reachable() {
        return away
                ? Future.failedFuture(new BookException("MySQL is away", "start it", false, null))
                : Future.succeededFuture();
    }

    @Override
    public Future<Void> saveCurrent(List<Count> counts) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> saveHistory(List<HistoryPoint> points) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> saveSessions(List<FinishedSession> sessions) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> saveReject(Reject reject) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> saveRepair(Repair repair) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<List<String>> quietStreams(long beforeMillis, String afterStream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> preparePartitions() {
        throw new UnsupportedOperationException();
    }
}
