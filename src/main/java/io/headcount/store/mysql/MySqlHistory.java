package io.headcount.store.mysql;

import io.headcount.model.Broadcast;
import io.headcount.model.DayTotals;
import io.headcount.model.SeriesPoint;
import io.headcount.model.SeriesRange;
import io.headcount.model.Subject;
import io.headcount.store.History;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.List;

/** History on one reader: each question is one statement that reads a range of a primary key. */
final class MySqlHistory implements History {
    private static final int MAX_BROADCASTS = 100;
    private static final double MILLIS_PER_MINUTE = 60_000;

    private static final String NEWEST_DAY =
            "SELECT MAX(`day`) FROM daily_statistics WHERE scope = 'platform' AND subject_id = 'platform' AND `day` <= ?";

    /**
     * A bucket with a viewer that comes too long after the one before it begins a broadcast; how many have begun up to a
     * bucket is the number of its broadcast.
     */
    private static final String BROADCASTS = "WITH buckets AS (SELECT h.*,"
            + " COALESCE(TIMESTAMPDIFF(MICROSECOND, LAG(h.bucket_at) OVER w, h.bucket_at) >= ?, 1) AS begins"
            + " FROM viewer_history h WHERE h.bucket_at >= ? AND h.`max` > 0 AND h.stream_id IN"
            + " (SELECT CONVERT(? USING ascii) COLLATE ascii_bin UNION SELECT o.stream_id FROM streams s JOIN streams o ON o.broadcaster_id = s.broadcaster_id"
            + " WHERE s.stream_id = ?) WINDOW w AS (PARTITION BY h.stream_id ORDER BY h.bucket_at)),"
            + " numbered AS (SELECT b.*, SUM(begins) OVER (PARTITION BY stream_id ORDER BY bucket_at) AS number"
            + " FROM buckets b) SELECT stream_id, MIN(bucket_at), MAX(bucket_at), MAX(`max`),"
            + " SUM(`avg` * coverage), SUM(coverage), SUM(joins) FROM numbered"
            + " GROUP BY stream_id, number ORDER BY MIN(bucket_at) DESC, stream_id LIMIT " + MAX_BROADCASTS;

    private final Reads reader;
    private final long bucketMillis;

    /** @param bucketMillis length of the history's buckets */
    MySqlHistory(Reads reader, long bucketMillis) {
        this.reader = reader;
        this.bucketMillis = bucketMillis;
    }

    @Override
    public Future<Boolean> known(Subject subject) {
        String id = subject.id();
        return switch (subject.scope()) {
            case PLATFORM -> Future.succeededFuture(true);
            case STREAM ->
                any(
                        "SELECT 1 FROM streams WHERE stream_id = ? UNION ALL (SELECT 1 FROM viewer_history"
                                + " WHERE stream_id = ? LIMIT 1)",
                        id);
            case BROADCASTER ->
                any(
                        "SELECT 1 FROM broadcasters WHERE broadcaster_id = ? UNION ALL (SELECT 1 FROM streams"
                                + " WHERE broadcaster_id = ? LIMIT 1)",
                        id);
            case CATEGORY ->
                any(
                        "SELECT 1 FROM categories WHERE category_id = ? UNION ALL (SELECT 1 FROM streams"
                                + " WHERE category_id = ? LIMIT 1)",
                        id);
        };
    }

    private Future<Boolean> any(String sql, String id) {
        return reader.rows(sql, Tuple.of(id, id)).map(rows -> !rows.isEmpty());
    }

    @Override
    public Future<List<SeriesPoint>> series(Subject subject, SeriesRange range, int limit) {
        if (range.fromMillis() >= range.toMillis()) {
            return Future.succeededFuture(List.of());
        }
        SeriesSql sql = SeriesSql.of(subject, range, limit);
        return reader.rows(sql.text(), sql.parameters())
                .map(rows -> rows.stream().map(row -> point(row, range)).toList());
    }

    private SeriesPoint point(Row row, SeriesRange range) {
        long at = range.step().floor(Times.millis(row.getLocalDateTime(0)), range.zone());
        double length = (double) range.step().next(at, range.zone()) - at;
        return new SeriesPoint(
                at,
                row.getNumeric(1).longValue(),
                row.getNumeric(2).longValue(),
                row.getNumeric(3).longValue(),
                row.getNumeric(4).longValue(),
                row.getNumeric(5).doubleValue(),
                row.getNumeric(6).longValue(),
                row.getNumeric(7).longValue(),
                Math.min(1, row.getNumeric(8).doubleValue() * bucketMillis / length));
    }

    @Override
    public Future<List<DayTotals>> days(Subject subject, LocalDate from, LocalDate to) {
        return reader.rows(
                        DayTotalsRows.SELECT
                                + " WHERE scope = ? AND subject_id = ? AND `day` >= ? AND `day` < ? ORDER BY `day` LIMIT "
                                + DayTotalsRows.MAX_DAYS,
                        Tuple.of(subject.scope().wire(), subject.id(), from, to))
                .map(rows -> rows.stream().map(DayTotalsRows::totals).toList());
    }

    @Override
    public Future<LocalDate> newestDay(LocalDate latest) {
        return reader.rows(NEWEST_DAY, Tuple.of(latest)).map(rows -> rows.get(0).getLocalDate(0));
    }

    @Override
    public Future<List<Broadcast>> broadcasts(String stream, long sinceMillis, long breakMillis) {
        // From the start of one bucket to the start of the next, a break is longer by a bucket.
        long gapMicros = (breakMillis + bucketMillis) * 1_000;
        return reader.rows(BROADCASTS, Tuple.of(gapMicros, Times.of(sinceMillis), stream, stream))
                .map(rows -> rows.stream().map(this::broadcast).toList());
    }

    private Broadcast broadcast(Row row) {
        double viewerBuckets = row.getNumeric(4).doubleValue();
        double observedBuckets = row.getNumeric(5).doubleValue();
        return new Broadcast(
                row.getString(0),
                Times.millis(row.getLocalDateTime(1)),
                Times.millis(row.getLocalDateTime(2)) + bucketMillis,
                row.getNumeric(3).longValue(),
                observedBuckets == 0 ? 0 : viewerBuckets / observedBuckets,
                viewerBuckets * bucketMillis / MILLIS_PER_MINUTE,
                row.getNumeric(6).longValue());
    }
}
