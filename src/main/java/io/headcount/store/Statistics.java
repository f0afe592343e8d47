package io.headcount.store;

import io.vertx.core.Future;
import java.time.LocalDate;
import java.time.ZoneId;

/** The statistics of a day, made from the books. Failures are {@link BookException}s. */
public interface Statistics {
    /**
     * Computes a day and writes it, replacing what an earlier computation wrote: the same books give the same rows. Reads
     * where analysis is done, so what replication has not brought there yet is not in it.
     *
     * @param day in {@code zone}
     * @return rows written: of streams, broadcasters, categories and the platform
     */
    Future<Integer> compute(LocalDate day, ZoneId zone);

    /**
     * Whether a day was computed at this time or later.
     *
     * @param sinceMillis epoch milliseconds
     */
    Future<Boolean> computedSince(LocalDate day, long sinceMillis);
}
