package io.headcount.store;

import io.headcount.model.Broadcast;
import io.headcount.model.DayTotals;
import io.headcount.model.SeriesPoint;
import io.headcount.model.SeriesRange;
import io.headcount.model.Subject;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.List;

/** What was. Reads only, and never from where live work reads or writes. Failures are {@link BookException}s. */
public interface History {
    /** The most points of one answer. */
    int MAX_POINTS = 2_000;

    /** Whether the books have heard of it; the platform is always known. */
    Future<Boolean> known(Subject subject);

    /**
     * A time series, in order; steps about which the books say nothing are left out.
     *
     * @param limit 1 to {@link #MAX_POINTS}
     */
    Future<List<SeriesPoint>> series(Subject subject, SeriesRange range, int limit);

    /** Daily statistics of one subject, in order of the days; at most 1,200 days. */
    Future<List<DayTotals>> days(Subject subject, LocalDate from, LocalDate to);

    /** The newest day that has statistics, up to {@code latest}, or {@code null}. */
    Future<LocalDate> newestDay(LocalDate latest);

    /**
     * Broadcasts of a stream and, where its broadcaster is known, of that broadcaster's other streams; the newest first.
     *
     * @param sinceMillis nothing before this is looked at, epoch milliseconds
     * @param breakMillis a break as long as this ends a broadcast
     * @return at most 100
     */
    Future<List<Broadcast>> broadcasts(String stream, long sinceMillis, long breakMillis);
}
