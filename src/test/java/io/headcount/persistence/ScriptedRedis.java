package io.headcount.persistence;

import io.headcount.model.Count;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.store.CounterStore;
import io.headcount.store.SessionLog;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The part of Redis that the books read, in memory: a log that gives an entry once until it is acknowledged, live
 * streams with a bucket each, and no viewers at all.
 */
final class ScriptedRedis implements CounterStore, SessionLog {
    final Set<String> live = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Map<String, Entry>> parts = new HashMap<>();
    private final Map<Integer, Map<String, Entry>> taken = new HashMap<>();
    private long lastId;

    synchronized void finish(int part, FinishedSession session) {
        add(part, session, session.toString());
    }

    synchronized void finishUnreadable(int part, String raw) {
        add(part, null, raw);
    }

    private void add(int part, FinishedSession session, String raw) {
        String id = ++lastId + "-0";
        parts.computeIfAbsent(part, p -> new LinkedHashMap<>()).put(id, new Entry(id, session, raw));
    }

    /** Entries that are not acknowledged. */
    synchronized long waiting() {
        return parts.values().stream().mapToLong(Map::size).sum()
                + taken.values().stream().mapToLong(Map::size).sum();
    }

    @Override
    public synchronized Future<List<Entry>> take(int part, String reader, int most) {
        Map<String, Entry> there = parts.getOrDefault(part, Map.of());
        List<Entry> page = there.values().stream().limit(most).toList();
        for (Entry entry : page) {
            there.remove(entry.id());
            taken.computeIfAbsent(part, p -> new HashMap<>()).put(entry.id(), entry);
        }
        return Future.succeededFuture(page);
    }

    @Override
    public synchronized Future<Void> acknowledge(int part, List<Entry> entries) {
        entries.forEach(entry -> taken.get(part).remove(entry.id()));
        return Future.succeededFuture();
    }

    @Override
    public Future<Long> size() {
        return Future.succeededFuture(waiting());
    }

    @Override
    public Future<List<String>> liveStreams() {
        return Future.succeededFuture(new ArrayList<>(live));
    }

    @Override
    public Future<HistoryPoint> lastBucket(String stream, long bucketMillis) {
        if (stream.equals("unseen")) {
            return Future.succeededFuture();
        }
        long bucketAt = System.currentTimeMillis() / bucketMillis * bucketMillis - bucketMillis;
        return Future.succeededFuture(new HistoryPoint(stream, bucketAt, 1, 2, 1, 2, 1.5, 1, 0, 1));
    }

    @Override
    public Future<List<LiveStream>> read(List<String> streams) {
        return Future.succeededFuture(streams.stream()
                .map(s -> new LiveStream(Count.none(s, System.currentTimeMillis(), Mode.EXACT), List.of()))
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
    public Future<Void> log(List<FinishedSession> finished) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> announce(Collection<String> streams) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> retire(String stream) {
        throw new UnsupportedOperationException();
    }
}
