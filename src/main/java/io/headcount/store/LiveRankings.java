package io.headcount.store;

import io.headcount.model.RankedBroadcaster;
import io.headcount.model.RisingStream;
import io.vertx.core.Future;
import java.util.List;

/** Who is big now, besides the ranking of {@link BookStore}; some seconds old. Failures are {@link BookException}s. */
public interface LiveRankings {
    /** Lines of a ranking; further ones are nobody's concern. */
    int MAX_LINES = 500;

    /** How old an answer may be because it is shared by those who ask, in milliseconds. */
    long SHARED_MILLIS = 3_000;

    /**
     * Streams that gain viewers, the quickest first.
     *
     * @param category only this category's, or {@code null}
     * @param afterRank ranks above this one; 0 for the first page
     * @param limit 1 to 100
     */
    Future<List<RisingStream>> rising(String category, long afterRank, int limit);

    /** Broadcasters whose streams are watched, by viewers; pages as above. */
    Future<List<RankedBroadcaster>> broadcasters(long afterRank, int limit);
}
