package io.headcount.store.mysql;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;

/** A row of {@code daily_statistics} in the making. Not thread-safe. */
final class DayRow {
    static final MultiRow TABLE = new MultiRow(
            "daily_statistics",
            List.of(
                    "`day`",
                    "scope",
                    "subject_id",
                    "title",
                    "broadcaster_id",
                    "category_id",
                    "viewers",
                    "sessions",
                    "watch_seconds",
                    "peak_viewers",
                    "peak_at",
                    "avg_viewers",
                    "live_seconds",
                    "computed_at",
                    "new_viewers",
                    "returning_viewers",
                    "viewer_minutes",
                    "avg_watch_seconds",
                    "revenue_estimate"),
            "title = new.title, broadcaster_id = new.broadcaster_id, category_id = new.category_id,"
                    + " viewers = new.viewers, sessions = new.sessions, watch_seconds = new.watch_seconds,"
                    + " peak_viewers = new.peak_viewers, peak_at = new.peak_at, avg_viewers = new.avg_viewers,"
                    + " live_seconds = new.live_seconds, computed_at = new.computed_at,"
                    + " new_viewers = new.new_viewers, returning_viewers = new.returning_viewers,"
                    + " viewer_minutes = new.viewer_minutes, avg_watch_seconds = new.avg_watch_seconds,"
                    + " revenue_estimate = new.revenue_estimate");

    private static final double MILLIS_PER_MINUTE = 60_000;

    final DayScope scope;
    final String subject;
    private String title;
    String broadcaster;
    String category;
    private long viewers;
    private long sessions;
    private double watchSeconds;
    private long newViewers;
    private double avgViewers;
    private double viewerMinutes;
    private double liveSeconds;
    private long peakViewers;
    private LocalDateTime peakAt;
    Double revenue;

    DayRow(DayScope scope, String subject) {
        this.scope = scope;
        this.subject = subject;
    }

    /** As {@link DayScope#sessionsSql} gives it. */
    void sessions(Row row) {
        viewers = row.getLong(1);
        sessions = row.getNumeric(2).longValue();
        watchSeconds = row.getNumeric(3).doubleValue();
        newViewers = row.getNumeric(4).longValue();
    }

    /** As {@link DayScope#historySql} gives it. */
    void history(Row row, long bucketMillis) {
        avgViewers = row.getDouble(1);
        viewerMinutes = row.getDouble(2) * bucketMillis / MILLIS_PER_MINUTE;
        liveSeconds = row.getDouble(3) * bucketMillis / 1_000;
        peakViewers = row.getNumeric(4).longValue();
        peakAt = row.getLocalDateTime(5);
    }

    /** What is known of a stream: title, broadcaster, category, and the category's cpm or {@code null}. */
    void stream(Row row) {
        title = row.getString(1);
        broadcaster = row.getString(2);
        category = row.getString(3);
        Double cpm = row.getDouble(4);
        revenue = cpm == null ? null : viewerMinutes / 1_000 * cpm;
    }

    void earn(Double more) {
        if (more != null) {
            revenue = revenue == null ? more : Double.valueOf(revenue + more);
        }
    }

    void addTo(Tuple values, LocalDate day, LocalDateTime computedAt) {
        values.addLocalDate(day)
                .addString(scope.wire())
                .addString(subject)
                .addString(title)
                .addString(broadcaster)
                .addString(category)
                .addLong(viewers)
                .addLong(sessions)
                .addLong(Math.round(watchSeconds))
                .addLong(peakViewers)
                .addLocalDateTime(peakAt)
                .addDouble(avgViewers)
                .addLong(Math.round(liveSeconds))
                .addLocalDateTime(computedAt)
                .addLong(newViewers)
                .addLong(viewers - newViewers)
                .addDouble(viewerMinutes)
                .addDouble(sessions == 0 ? 0 : watchSeconds / sessions)
                .addDouble(revenue);
    }
}
