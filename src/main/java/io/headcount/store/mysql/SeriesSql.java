package io.headcount.store.mysql;

import io.headcount.model.SeriesRange;
import io.headcount.model.Step;
import io.headcount.model.Subject;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * The statement of a time series: the buckets of the subject in the range (a range of a primary key; the times as
 * constants, so that only their partitions are opened), put together by steps.
 *
 * @param text with only numbers of ours in it
 */
record SeriesSql(String text, Tuple parameters) {
    private static final String SECONDS = "TIMESTAMPDIFF(SECOND, '1970-01-01', b.bucket_at)";
    /** {@code DATETIME(3)} as text: the value follows. */
    private static final int VALUE_AT = "2026-11-23 12:00:00.000".length() + 1;

    static SeriesSql of(Subject subject, SeriesRange range, int limit) {
        String first = text("MIN", "open");
        String last = text("MAX", "close");
        String sql = "SELECT MIN(b.bucket_at), " + first + ", " + last + ", MIN(b.`min`), MAX(b.`max`),"
                + " COALESCE(SUM(b.`avg` * b.coverage) / NULLIF(SUM(b.coverage), 0), 0), SUM(b.joins), SUM(b.leaves),"
                + " SUM(b.coverage), " + index(range) + " AS step FROM (" + buckets(subject)
                + ") b GROUP BY step ORDER BY step LIMIT " + limit;
        List<Object> parameters = new ArrayList<>();
        switch (subject.scope()) {
            case STREAM, BROADCASTER -> parameters.add(subject.id());
            case CATEGORY, PLATFORM -> {
                parameters.add(subject.scope().wire());
                parameters.add(subject.id());
            }
        }
        parameters.add(Times.of(range.fromMillis()));
        parameters.add(Times.of(range.toMillis()));
        return new SeriesSql(sql, Tuple.tuple(parameters));
    }

    private static String buckets(Subject subject) {
        return switch (subject.scope()) {
            case STREAM ->
                "SELECT bucket_at, `open`, `close`, `min`, `max`, `avg`, joins, leaves, coverage"
                        + " FROM viewer_history WHERE stream_id = ? AND bucket_at >= ? AND bucket_at < ?";
            case BROADCASTER ->
                "SELECT h.bucket_at, SUM(h.`open`) AS `open`, SUM(h.`close`) AS `close`,"
                        + " ROUND(SUM(h.`avg`)) AS `min`, ROUND(SUM(h.`avg`)) AS `max`,"
                        + " SUM(h.`avg` * h.coverage) / NULLIF(MAX(h.coverage), 0) AS `avg`, SUM(h.joins) AS joins,"
                        + " SUM(h.leaves) AS leaves, MAX(h.coverage) AS coverage FROM streams s"
                        + " JOIN viewer_history h ON h.stream_id = s.stream_id WHERE s.broadcaster_id = ?"
                        + " AND h.bucket_at >= ? AND h.bucket_at < ? GROUP BY h.bucket_at";
            case CATEGORY, PLATFORM ->
                "SELECT bucket_at, `open`, `close`, ROUND(`avg`) AS `min`, ROUND(`avg`) AS `max`, `avg`, joins, leaves,"
                        + " coverage FROM group_history WHERE scope = ? AND subject_id = ? AND bucket_at >= ?"
                        + " AND bucket_at < ?";
        };
    }

    /** The value of the step's first, or last, bucket: the time goes before it as text, and away again. */
    private static String text(String function, String column) {
        return "CAST(SUBSTRING(" + function + "(CONCAT(b.bucket_at, b.`" + column + "`)), " + VALUE_AT + ") AS SIGNED)";
    }

    private static String index(SeriesRange range) {
        if (range.step() != Step.DAY) {
            return SECONDS + " DIV " + range.step().millis() / 1_000;
        }
        // A day has no fixed length where clocks are changed: which of these starts is the last before it?
        StringBuilder starts = new StringBuilder();
        for (long at = range.fromMillis();
                at < range.toMillis();
                at = range.step().next(at, range.zone())) {
            starts.append(", ").append(at / 1_000);
        }
        return "INTERVAL(" + SECONDS + starts + ")";
    }
}
