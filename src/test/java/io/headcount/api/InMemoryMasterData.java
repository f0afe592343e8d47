package io.headcount.api;

import io.headcount.model.MasterRecord;
import io.headcount.store.MasterData;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Names in memory. */
final class InMemoryMasterData implements MasterData {
    final Map<String, MasterRecord> records = new ConcurrentHashMap<>();
    final Map<String, Long> ended = new ConcurrentHashMap<>();
    private final InMemoryBooks books;

    InMemoryMasterData(InMemoryBooks books) {
        this.books = books;
    }

    @Override
    public Future<Long> endStream(String stream, long atMillis) {
        return books.ping().map(here -> ended.computeIfAbsent(stream, id -> atMillis));
    }

    @Override
    public Future<Void> reopenStream(String stream) {
        return books.ping().onSuccess(here -> ended.remove(stream));
    }

    @Override
    public Future<List<String>> endedAmong(List<String> streams) {
        return books.ping()
                .map(here -> streams.stream().filter(ended::containsKey).toList());
    }

    @Override
    public Future<MasterRecord> save(Kind kind, MasterRecord changed) {
        return books.ping()
                .map(here -> records.merge(
                        kind + " " + changed.id(),
                        changed,
                        (old, now) -> new MasterRecord(
                                now.id(),
                                now.name() == null ? old.name() : now.name(),
                                now.cpm() == null ? old.cpm() : now.cpm())));
    }
}
