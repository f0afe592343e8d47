package io.headcount.api;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.model.Count;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.CounterStore.NodeReport;
import io.headcount.store.LeaseStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts for answers: read from Redis (a replica where one is healthy), shared by those who ask for the same stream
 * within a tenth of a second; while Redis is out of reach the last count that was heard, as degraded. Used on one event
 * loop.
 */
final class LiveCounts {
    private static final long CACHE_MILLIS = 100;
    private static final int MOST_CACHED = 20_000;
    private static final long REAP_MILLIS = 5_000;
    private static final long REPLICA_LAG_MILLIS = 1_000;
    /** No message travels so long: a count that is older by more comes from a clock that was set back. */
    private static final long CLOCK_STEP_MILLIS = 10_000;

    /**
     * How old what an answer says can be at the most: a dead node's viewers are counted until its lease ends and it is
     * reaped, a replica that is read lags a second at most, and an answer may be shared for a tenth of a second.
     */
    static final long MAX_STALENESS_MILLIS = LeaseStore.TTL_MILLIS + REAP_MILLIS + REPLICA_LAG_MILLIS + CACHE_MILLIS;

    private final CounterStore store;
    private final Map<String, Entry> cache = lru();
    private final Map<String, Count> heard = lru();
    private Set<String> missing = Set.of();
    private boolean live = true;

    LiveCounts(Bus bus, CounterStore store) {
        this.store = store;
        bus.consume(Addresses.COUNTS, message -> message.counts().forEach(this::hear));
        bus.consumeLocal(Addresses.MISSING_NODES, message -> missing = message.incarnations());
        bus.consumeLocal(Addresses.HEALTH, message -> live = message.live());
    }

    /** Counts of streams, in order; fails with a 503 where Redis is out of reach and one was never heard of. */
    Future<List<Count>> of(List<String> streams) {
        long now = SharedClock.monotonicMillis();
        List<String> toRead = new ArrayList<>();
        Map<String, Promise<Count>> reading = new HashMap<>();
        List<Future<?>> counts = new ArrayList<>(streams.size());
        for (String stream : streams) {
            Entry entry = cache.get(stream);
            // A read under way is shared however long it takes: a slow Redis is asked less, not more.
            if (entry == null || (entry.count.isComplete() && now - entry.atMillis > CACHE_MILLIS)) {
                Promise<Count> promise = Promise.promise();
                entry = new Entry(promise.future(), now);
                cache.put(stream, entry);
                reading.put(stream, promise);
                toRead.add(stream);
            }
            counts.add(entry.count);
        }
        if (!toRead.isEmpty()) {
            read(toRead, reading);
        }
        return Future.all(counts).map(all -> all.list());
    }

    /** Two owners may speak for a moment, and the bus does not order what they say. */
    private void hear(Count count) {
        heard.merge(count.stream(), count, (last, now) -> now.newerThan(last) || regressed(last, now) ? now : last);
    }

    /** After a failover Redis' clock may be another machine's, and its revisions may start anew. */
    private static boolean regressed(Count last, Count now) {
        return last.asOfMillis() - now.asOfMillis() > CLOCK_STEP_MILLIS;
    }

    /** The mode of an answer that says nothing of one stream. */
    Mode mode() {
        return live && missing.isEmpty() ? Mode.EXACT : Mode.DEGRADED;
    }

    private void read(List<String> streams, Map<String, Promise<Count>> promises) {
        store.read(streams).onComplete(result -> {
            for (int i = 0; i < streams.size(); i++) {
                String stream = streams.get(i);
                Promise<Count> promise = promises.get(stream);
                if (result.succeeded()) {
                    promise.complete(judged(result.result().get(i)));
                } else {
                    cache.remove(stream);
                    lastHeard(stream, promise);
                }
            }
        });
    }

    private Count judged(LiveStream read) {
        boolean oneIsMissing = read.nodes().stream()
                .map(NodeReport::incarnation)
                .map(Incarnation::toString)
                .anyMatch(missing::contains);
        return live && !oneIsMissing ? read.count() : read.count().withMode(Mode.DEGRADED);
    }

    private void lastHeard(String stream, Promise<Count> promise) {
        Count last = heard.get(stream);
        if (last == null) {
            promise.fail(Problem.unavailable(
                    "The live counts (Redis) are out of reach and this node never heard of the stream. Try again.", 2));
        } else {
            promise.complete(last.withMode(Mode.DEGRADED));
        }
    }

    private static <V> Map<String, V> lru() {
        return new LinkedHashMap<>(256, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > MOST_CACHED;
            }
        };
    }

    private record Entry(Future<Count> count, long atMillis) {}
}
