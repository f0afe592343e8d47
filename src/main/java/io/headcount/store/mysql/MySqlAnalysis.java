package io.headcount.store.mysql;

import io.headcount.model.Audience;
import io.headcount.model.DayTotals;
import io.headcount.model.Overlap;
import io.headcount.model.Revenue;
import io.headcount.model.Scope;
import io.headcount.model.Subject;
import io.headcount.store.Analysis;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.List;
import java.util.TreeMap;

/** Reports on the analytics reader. */
final class MySqlAnalysis implements Analysis {
    private static final String DAILY = DayTotalsRows.SELECT
            + " WHERE scope = ? AND `day` >= ? AND `day` < ? AND (`day` > ? OR subject_id > ?)"
            + " ORDER BY `day`, subject_id LIMIT ?";

    private static final String REVENUE = "SELECT d.category_id, d.minutes, c.cpm, d.estimate FROM (SELECT category_id,"
            + " SUM(viewer_minutes) AS minutes, SUM(revenue_estimate) AS estimate FROM daily_statistics"
            + " WHERE `day` >= ? AND `day` < ? AND scope = 'stream'%s GROUP BY category_id) d"
            + " LEFT JOIN categories c ON c.category_id = d.category_id"
            + " ORDER BY d.estimate DESC, d.minutes DESC, d.category_id LIMIT " + MAX_LINES;

    /** Of each session what no earlier one of the same user covers: until the latest end before it nothing is new. */
    private static final String AUDIENCE = "WITH sessions AS (SELECT user_id, joined_at, left_at, MAX(left_at) OVER"
            + " (PARTITION BY user_id ORDER BY joined_at, `session` ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
            + " AS covered FROM user_sessions WHERE stream_id = ? AND joined_at >= ? AND joined_at < ?),"
            + " users AS (SELECT user_id, SUM(GREATEST(0, TIMESTAMPDIFF(MICROSECOND,"
            + " GREATEST(joined_at, COALESCE(covered, joined_at)), left_at))) / 1e6 AS seconds FROM sessions"
            + " GROUP BY user_id) SELECT LEAST(FLOOR(seconds / 60), " + Audience.MOST_MINUTES
            + ") AS minutes, COUNT(*),"
            + " SUM(seconds) FROM users GROUP BY minutes";

    private static final String OVERLAP = "SELECT COALESCE(SUM(one), 0), COALESCE(SUM(two), 0),"
            + " COALESCE(SUM(one AND two), 0) FROM (SELECT user_id, MAX(stream_id = ?) AS one, MAX(stream_id = ?) AS two"
            + " FROM user_sessions WHERE stream_id IN (?, ?) AND joined_at >= ? AND joined_at < ? GROUP BY user_id) u";

    private final Reads reader;

    MySqlAnalysis(Reads reader) {
        this.reader = reader;
    }

    @Override
    public Future<List<DayTotals>> daily(Scope scope, LocalDate from, LocalDate to, Line after, int limit) {
        // After the first page, that day's rows up to the line are left out; the key is read from that day on.
        LocalDate first = after == null || after.day().isBefore(from) ? from : after.day();
        LocalDate inside = after == null ? from.minusDays(1) : after.day();
        String id = after == null ? "" : after.id();
        return reader.rows(DAILY, Tuple.of(scope.wire(), first, to, inside, id, limit))
                .map(rows -> rows.stream().map(DayTotalsRows::totals).toList());
    }

    @Override
    public Future<List<Revenue>> revenue(Subject subject, LocalDate from, LocalDate to) {
        Tuple parameters = Tuple.of(from, to);
        String condition = switch (subject.scope()) {
            case STREAM -> " AND subject_id = ?";
            case BROADCASTER -> " AND broadcaster_id = ?";
            case CATEGORY -> " AND category_id = ?";
            case PLATFORM -> "";
        };
        if (subject.scope() != Scope.PLATFORM) {
            parameters.addString(subject.id());
        }
        return reader.rows(String.format(REVENUE, condition), parameters)
                .map(rows -> rows.stream()
                        .map(row -> new Revenue(row.getString(0), row.getDouble(1), row.getDouble(2), row.getDouble(3)))
                        .toList());
    }

    @Override
    public Future<Audience> audience(String stream, long fromMillis, long toMillis) {
        return reader.rows(AUDIENCE, Tuple.of(stream, Times.of(fromMillis), Times.of(toMillis)))
                .map(rows -> {
                    TreeMap<Integer, Long> viewersByMinutes = new TreeMap<>();
                    double seconds = 0;
                    long viewers = 0;
                    for (Row row : rows) {
                        viewersByMinutes.put(row.getNumeric(0).intValue(), row.getLong(1));
                        viewers += row.getLong(1);
                        seconds += row.getNumeric(2).doubleValue();
                    }
                    return new Audience(viewers, seconds, viewersByMinutes);
                });
    }

    @Override
    public Future<Overlap> overlap(String first, String second, long fromMillis, long toMillis) {
        Tuple parameters =
                Tuple.of(first, second, first, second, Times.of(fromMillis)).addLocalDateTime(Times.of(toMillis));
        return reader.rows(OVERLAP, parameters).map(rows -> {
            Row row = rows.get(0);
            return new Overlap(
                    row.getNumeric(0).longValue(),
                    row.getNumeric(1).longValue(),
                    row.getNumeric(2).longValue());
        });
    }
}
