package io.headcount.store.mysql;

import io.headcount.model.DayTotals;
import io.headcount.model.Scope;
import io.headcount.model.Subject;
import io.vertx.sqlclient.Row;
import java.util.Locale;

/** How {@code daily_statistics} is read. */
final class DayTotalsRows {
    /** Of one question: three years and more. */
    static final int MAX_DAYS = 1_200;

    static final String SELECT = "SELECT `day`, scope, subject_id, title, broadcaster_id, category_id, viewers,"
            + " new_viewers, returning_viewers, sessions, watch_seconds, avg_watch_seconds, viewer_minutes, avg_viewers,"
            + " peak_viewers, peak_at, live_seconds, revenue_estimate, computed_at FROM daily_statistics";

    private DayTotalsRows() {}

    /** A row of {@link #SELECT}. */
    static DayTotals totals(Row row) {
        return new DayTotals(
                row.getLocalDate(0),
                new Subject(Scope.valueOf(row.getString(1).toUpperCase(Locale.ROOT)), row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                row.getLong(9),
                row.getLong(10),
                row.getDouble(11),
                row.getDouble(12),
                row.getDouble(13),
                row.getLong(14),
                Times.millisOrZero(row.getLocalDateTime(15)),
                row.getLong(16),
                row.getDouble(17),
                Times.millis(row.getLocalDateTime(18)));
    }
}
