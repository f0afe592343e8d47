package io.headcount.store.mysql;

import io.headcount.store.BookStore;
import io.headcount.store.GroupTotals;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;

/** {@code group_history}, summed up on the analytics reader; only the sums go to the writer. */
final class MySqlGroupTotals implements GroupTotals {
    private static final List<String> VALUES =
            List.of("streams", "`open`", "`close`", "`avg`", "joins", "leaves", "coverage");
    private static final MultiRow TABLE = new MultiRow(
            "group_history",
            columns(),
            String.join(
                    ", ", VALUES.stream().map(name -> name + " = new." + name).toList()));

    private static final String SUMS = " h.bucket_at, COUNT(*), SUM(h.`open`), SUM(h.`close`),"
            + " COALESCE(SUM(h.`avg` * h.coverage) / NULLIF(MAX(h.coverage), 0), 0), SUM(h.joins), SUM(h.leaves),"
            + " MAX(h.coverage) FROM viewer_history h";
    private static final String SPAN = " WHERE h.bucket_at >= ? AND h.bucket_at < ?";
    private static final String PLATFORM =
            "SELECT 'platform', 'platform'," + SUMS + SPAN + " GROUP BY h.bucket_at ORDER BY h.bucket_at";
    private static final String CATEGORIES = "SELECT 'category', s.category_id," + SUMS
            + " JOIN streams s ON s.stream_id = h.stream_id" + SPAN
            + " AND s.category_id IS NOT NULL GROUP BY s.category_id, h.bucket_at ORDER BY s.category_id, h.bucket_at";

    private final Connections writer;
    private final Reads analytics;

    MySqlGroupTotals(Connections writer, Reads analytics) {
        this.writer = writer;
        this.analytics = analytics;
    }

    @Override
    public Future<Long> newest() {
        return time("SELECT MAX(bucket_at) FROM group_history WHERE scope = 'platform'", Tuple.tuple());
    }

    @Override
    public Future<Long> firstHistory(long fromMillis) {
        return time("SELECT MIN(bucket_at) FROM viewer_history WHERE bucket_at >= ?", Tuple.of(Times.of(fromMillis)));
    }

    private Future<Long> time(String sql, Tuple parameters) {
        return analytics
                .rows(sql, parameters)
                .map(rows -> Times.millisOrZero(rows.get(0).getLocalDateTime(0)));
    }

    @Override
    public Future<Integer> sumUp(long fromMillis, long toMillis) {
        return sumUp(Times.of(fromMillis), Times.of(toMillis));
    }

    Future<Integer> sumUp(LocalDateTime from, LocalDateTime to) {
        return analytics
                .rows(PLATFORM, Tuple.of(from, to))
                .compose(platform -> analytics
                        .rows(CATEGORIES, Tuple.of(from, to))
                        .compose(categories -> {
                            // In the order of the key.
                            List<Row> rows = new ArrayList<>(categories);
                            rows.addAll(platform);
                            return write(rows, 0).map(written -> rows.size());
                        }));
    }

    private Future<Void> write(List<Row> rows, int from) {
        if (from >= rows.size()) {
            return Future.succeededFuture();
        }
        int to = Math.min(rows.size(), from + BookStore.MAX_ROWS);
        Tuple values = TABLE.values(rows.subList(from, to), (row, tuple) -> {
            for (int column = 0; column < row.size(); column++) {
                tuple.addValue(row.getValue(column));
            }
        });
        return writer.use(connection ->
                        connection.preparedQuery(TABLE.sql(to - from)).execute(values))
                .compose(written -> write(rows, to));
    }

    private static List<String> columns() {
        List<String> columns = new ArrayList<>(List.of("scope", "subject_id", "bucket_at"));
        columns.addAll(VALUES);
        return columns;
    }
}
