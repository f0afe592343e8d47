package io.headcount.persistence;

import io.headcount.model.Count;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Mode;
import io.headcount.store.CounterStore;
import io.headcount.store.SessionLog;
import io.vertx.core.Future;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
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
final class ScriptedRedis implements SessionLog {
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

    /** The counters, of which the books use three reads; anything else fails the test that asks for it. */
    CounterStore counters() {
        return (CounterStore) Proxy.newProxyInstance(
                CounterStore.class.getClassLoader(),
                new Class<?>[] {CounterStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("liveStreams")) {
                        return liveStreams();
                    }
                    if (method.getName().equals("lastBucket")) {
                        return lastBucket((String) arguments[0], (Long) arguments[1]);
                    }
                    if (method.getName().equals("read")) {
                        return read(List.copyOf((List<?>) arguments[0]));
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
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

    private Future<List<String>> liveStreams() {
        return Future.succeededFuture(new ArrayList<>(live));
    }

    private static Future<HistoryPoint> lastBucket(String stream, long bucketMillis) {
        if (stream.equals("unseen")) {
            return Future.succeededFuture();
        }
        long bucketAt = System.currentTimeMillis() / bucketMillis * bucketMillis - bucketMillis;
        return Future.succeededFuture(new HistoryPoint(stream, bucketAt, 1, 2, 1, 2, 1.5, 1, 0, 1));
    }

    private static Future<List<CounterStore.LiveStream>> read(List<?> streams) {
        return Future.succeededFuture(streams.stream()
                .map(s -> new CounterStore.LiveStream(
                        Count.none((String) s, System.currentTimeMillis(), Mode.EXACT), List.of()))
                .toList());
    }
}
