package io.headcount.store;

import io.vertx.core.Future;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Ended streams in memory. */
public final class InMemoryEnds implements StreamEnds {
    private final Set<String> ended = ConcurrentHashMap.newKeySet();

    @Override
    public Future<Void> end(String stream, long atMillis) {
        ended.add(stream);
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> reopen(String stream) {
        ended.remove(stream);
        return Future.succeededFuture();
    }

    @Override
    public Future<Boolean> ended(String stream) {
        return Future.succeededFuture(ended.contains(stream));
    }
}
