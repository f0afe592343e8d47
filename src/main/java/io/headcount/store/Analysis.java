package io.headcount.store;

import io.headcount.model.Audience;
import io.headcount.model.DayTotals;
import io.headcount.model.Overlap;
import io.headcount.model.Revenue;
import io.headcount.model.Scope;
import io.headcount.model.Subject;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.List;

/** Reports. They may take seconds, on a reader of their own. Failures are {@link BookException}s. */
public interface Analysis {
    /** The most lines of one answer. */
    int MAX_LINES = 1_000;

    /**
     * Daily statistics of everything of a scope, in order of day and id.
     *
     * @param to exclusive
     * @param after the last line before these; {@code null} for the first page
     * @param limit 1 to {@link #MAX_LINES}
     */
    Future<List<DayTotals>> daily(Scope scope, LocalDate from, LocalDate to, Line after, int limit);

    /** Estimated revenue of a subject by category, the highest first; days as above, at most {@link #MAX_LINES}. */
    Future<List<Revenue>> revenue(Subject subject, LocalDate from, LocalDate to);

    /** How long those stayed whose sessions on a stream began in a span of time, epoch milliseconds. */
    Future<Audience> audience(String stream, long fromMillis, long toMillis);

    /** Who watched two streams, by sessions that began in a span of time, epoch milliseconds. */
    Future<Overlap> overlap(String first, String second, long fromMillis, long toMillis);

    /** A line of {@link #daily}. */
    record Line(LocalDate day, String id) {}
}
