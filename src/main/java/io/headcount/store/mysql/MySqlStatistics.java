package io.headcount.store.mysql;

import io.headcount.store.BookStore;
import io.headcount.store.Statistics;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A day from {@code user_sessions} (who, how long) and {@code viewer_history} (how many at once), for each scope with two
 * statements to the analytics reader; only the upserts of the result go to the writer. What a day had in an earlier
 * computation and has no more (a user was erased) is deleted at the end. The day's sums of the history are made anew
 * with it, for what came late.
 */
final class MySqlStatistics implements Statistics {
    private static final String STREAMS = "SELECT s.stream_id, s.title, s.broadcaster_id, s.category_id, c.cpm"
            + " FROM streams s LEFT JOIN categories c ON c.category_id = s.category_id WHERE s.stream_id IN"
            + " (SELECT h.stream_id FROM viewer_history h WHERE h.bucket_at >= ? AND h.bucket_at < ?"
            + " UNION SELECT u.stream_id FROM user_sessions u WHERE u.joined_at >= CAST(? AS DATETIME(3)) - INTERVAL 3 DAY"
            + " AND u.joined_at < ?)";

    private final Connections writer;
    private final Reads analytics;
    private final long bucketMillis;
    private final MySqlGroupTotals groups;

    MySqlStatistics(Connections writer, Reads analytics, long bucketMillis) {
        groups = new MySqlGroupTotals(writer, analytics);
        this.writer = writer;
        this.analytics = analytics;
        this.bucketMillis = bucketMillis;
    }

    @Override
    public Future<Integer> compute(LocalDate day, ZoneId zone) {
        LocalDateTime start = utc(day, zone);
        LocalDateTime end = utc(day.plusDays(1), zone);
        LocalDateTime now = Times.of(System.currentTimeMillis());
        Map<String, DayRow> rows = new TreeMap<>();
        Future<Void> read = Future.succeededFuture();
        for (DayScope scope : DayScope.values()) {
            read = read.compose(done -> read(scope, start, end, rows));
        }
        return read.compose(done -> analytics.rows(STREAMS, Tuple.of(start, end, start, end)))
                .compose(streams -> {
                    enrich(streams, rows);
                    return write(new ArrayList<>(rows.values()), 0, day, now);
                })
                .compose(written -> writer.use(connection -> connection
                        .preparedQuery("DELETE FROM daily_statistics WHERE `day` = ? AND computed_at < ?")
                        .execute(Tuple.of(day, now))))
                .compose(deleted -> groups.sumUp(start, end))
                .map(summed -> rows.size());
    }

    @Override
    public Future<Boolean> computedSince(LocalDate day, long sinceMillis) {
        return analytics
                .rows(
                        "SELECT 1 FROM daily_statistics WHERE `day` = ? AND computed_at >= ? LIMIT 1",
                        Tuple.of(day, Times.of(sinceMillis)))
                .map(rows -> !rows.isEmpty());
    }

    private Future<Void> read(DayScope scope, LocalDateTime start, LocalDateTime end, Map<String, DayRow> rows) {
        return analytics
                .rows(scope.sessionsSql(), Tuple.of(start, end, start, end, start, start))
                .compose(sessions -> {
                    sessions.forEach(row -> of(scope, row, rows).sessions(row));
                    return analytics.rows(scope.historySql(), Tuple.of(start, end));
                })
                .map(history -> {
                    history.forEach(row -> of(scope, row, rows).history(row, bucketMillis));
                    return null;
                });
    }

    private static DayRow of(DayScope scope, Row row, Map<String, DayRow> rows) {
        return rows.computeIfAbsent(
                scope.wire() + " " + row.getString(0), missing -> new DayRow(scope, row.getString(0)));
    }

    /** Adds what master data knows, and sums up what the streams are estimated to earn, in the order of their ids. */
    private static void enrich(List<Row> streams, Map<String, DayRow> rows) {
        for (Row stream : streams) {
            DayRow row = rows.get(DayScope.STREAM.wire() + " " + stream.getString(0));
            if (row != null) {
                row.stream(stream);
            }
        }
        for (DayRow row : List.copyOf(rows.values())) {
            if (row.scope == DayScope.STREAM) {
                earn(rows.get(DayScope.BROADCASTER.wire() + " " + row.broadcaster), row);
                earn(rows.get(DayScope.CATEGORY.wire() + " " + row.category), row);
                earn(rows.get(DayScope.PLATFORM.wire() + " platform"), row);
            }
        }
    }

    private static void earn(DayRow group, DayRow stream) {
        if (group != null) {
            group.earn(stream.revenue);
        }
    }

    private Future<Void> write(List<DayRow> rows, int from, LocalDate day, LocalDateTime now) {
        if (from >= rows.size()) {
            return Future.succeededFuture();
        }
        int to = Math.min(rows.size(), from + BookStore.MAX_ROWS);
        Tuple values = DayRow.TABLE.values(rows.subList(from, to), (row, tuple) -> row.addTo(tuple, day, now));
        return writer.use(connection ->
                        connection.preparedQuery(DayRow.TABLE.sql(to - from)).execute(values))
                .compose(written -> write(rows, to, day, now));
    }

    private static LocalDateTime utc(LocalDate day, ZoneId zone) {
        return LocalDateTime.ofInstant(day.atStartOfDay(zone).toInstant(), ZoneOffset.UTC);
    }
}
