package io.headcount.store;

import io.vertx.core.Future;

/** Sums of the history over streams, so that nobody has to sum up millions of rows. Failures are {@link BookException}s. */
public interface GroupTotals {
    /** Where the sums end: start of the newest bucket that has them, epoch milliseconds; 0 for none. */
    Future<Long> newest();

    /** Start of the first bucket of the history at or after {@code fromMillis}, epoch milliseconds; 0 for none. */
    Future<Long> firstHistory(long fromMillis);

    /**
     * Sums up the buckets that start in a span of time, replacing earlier sums: the same history gives the same rows.
     *
     * @param toMillis exclusive
     * @return rows written
     */
    Future<Integer> sumUp(long fromMillis, long toMillis);
}
