package io.headcount.api;

import io.headcount.model.RankedBroadcaster;
import io.headcount.model.RisingStream;
import io.headcount.store.LiveRankings;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** Rankings that a test sets. */
final class InMemoryRankings implements LiveRankings {
    final List<RisingStream> rising = new ArrayList<>();
    final List<RankedBroadcaster> broadcasters = new ArrayList<>();
    private final InMemoryBooks books;

    InMemoryRankings(InMemoryBooks books) {
        this.books = books;
    }

    @Override
    public Future<List<RisingStream>> rising(String category, long afterRank, int limit) {
        return books.ping()
                .map(here -> rising.stream()
                        .filter(line -> category == null
                                || category.equals(line.stream().category()))
                        .skip(afterRank)
                        .limit(limit)
                        .toList());
    }

    @Override
    public Future<List<RankedBroadcaster>> broadcasters(long afterRank, int limit) {
        return books.ping()
                .map(here -> broadcasters.stream().skip(afterRank).limit(limit).toList());
    }
}
