package io.headcount.store.mysql;

import io.headcount.store.Retention;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Drops whole partitions that are past their time (no row is looked at), empties the catch-all {@code past} when all it
 * can hold is too old, and deletes by small pieces from the tables that have no partitions. A row that comes late, for a
 * day that is gone, lands in the oldest partition that is left, and goes with it.
 */
final class MySqlRetention implements Retention {
    private static final long LIMIT_MILLIS = 60_000;
    /** Rows of one DELETE: some ten milliseconds of locks. */
    private static final int PIECE = 1_000;
    /** DELETEs of one round from the tables without partitions; the next round goes on. */
    private static final int MOST_PIECES = 100;

    private static final String LOCK = "SELECT GET_LOCK(CONCAT(DATABASE(), '.partitions'), 0)";
    private static final String PARTITIONS = "SELECT PARTITION_NAME, PARTITION_DESCRIPTION"
            + " FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?"
            + " AND PARTITION_DESCRIPTION <> 'MAXVALUE' ORDER BY PARTITION_ORDINAL_POSITION";

    private final Connections connections;

    MySqlRetention(Connections connections) {
        this.connections = connections;
    }

    @Override
    public Future<List<String>> dropExpired(int historyMonths, int sessionDays) {
        return dropExpired(historyMonths, sessionDays, LocalDate.now(ZoneOffset.UTC));
    }

    Future<List<String>> dropExpired(int historyMonths, int sessionDays, LocalDate today) {
        LocalDate history = today.withDayOfMonth(1).minusMonths(historyMonths);
        LocalDate sessions = today.minusDays(sessionDays);
        List<String> dropped = new ArrayList<>();
        return connections
                .useAndClose(
                        connection -> connection
                                .query(Partitions.SETTINGS)
                                .execute()
                                .compose(set -> connection.query(LOCK).execute())
                                .compose(locked -> Long.valueOf(1)
                                                .equals(locked.iterator().next().getLong(0))
                                        ? drop(connection, "viewer_history", history, dropped)
                                                .compose(done -> drop(connection, "user_sessions", sessions, dropped))
                                                .compose(done -> delete(
                                                        connection,
                                                        "session_rejects",
                                                        "rejected_at",
                                                        sessions,
                                                        dropped))
                                                .compose(done ->
                                                        delete(connection, "reconciliations", "`at`", history, dropped))
                                                .compose(done -> delete(
                                                        connection, "group_history", "bucket_at", history, dropped))
                                        : Future.succeededFuture()),
                        LIMIT_MILLIS)
                .map(done -> List.copyOf(dropped));
    }

    @Override
    public Future<Map<String, Long>> erase(String user) {
        Map<String, Long> erased = new LinkedHashMap<>();
        // The id as a whole word: "ab" must not take "ab-c" with it. (An id has no character that a pattern gives a
        // meaning, outside of brackets.)
        String word = "(^|[^A-Za-z0-9_-])" + user + "($|[^A-Za-z0-9_-])";
        return erase("users", "user_id = ?", user, erased)
                .compose(done -> erase("user_sessions", "user_id = ?", user, erased))
                .compose(done -> erase("session_rejects", "REGEXP_LIKE(raw, ?, 'c')", word, erased))
                .map(done -> erased);
    }

    private Future<Void> erase(String table, String condition, String value, Map<String, Long> erased) {
        return connections
                .use(connection -> connection
                        .preparedQuery("DELETE FROM " + table + " WHERE " + condition + " LIMIT " + PIECE)
                        .execute(Tuple.of(value)))
                .compose(rows -> {
                    erased.merge(table, (long) rows.rowCount(), Long::sum);
                    return rows.rowCount() < PIECE ? Future.succeededFuture() : erase(table, condition, value, erased);
                });
    }

    private static Future<Void> drop(SqlConnection connection, String table, LocalDate before, List<String> dropped) {
        return connection.preparedQuery(PARTITIONS).execute(Tuple.of(table)).compose(rows -> {
            List<String> expired = new ArrayList<>();
            boolean past = false;
            for (Row row : rows) {
                if (!LocalDate.parse(row.getString(1).substring(1, 11)).isAfter(before)) {
                    past |= row.getString(0).equals("past");
                    expired.add(row.getString(0));
                }
            }
            expired.remove("past");
            Future<Void> emptied = past ? empty(connection, table, dropped) : Future.succeededFuture();
            return expired.isEmpty()
                    ? emptied
                    : emptied.compose(done -> connection
                            .query("ALTER TABLE " + table + " DROP PARTITION " + String.join(", ", expired))
                            .execute()
                            .onSuccess(gone -> expired.forEach(name -> dropped.add(table + "." + name)))
                            .mapEmpty());
        });
    }

    /** The catch-all for what is older than the first partition: it has to stay, but not what is in it. */
    private static Future<Void> empty(SqlConnection connection, String table, List<String> dropped) {
        return connection
                .query("SELECT 1 FROM " + table + " PARTITION (past) LIMIT 1")
                .execute()
                .compose(rows -> rows.size() == 0
                        ? Future.succeededFuture()
                        : connection
                                .query("ALTER TABLE " + table + " TRUNCATE PARTITION past")
                                .execute()
                                .onSuccess(done -> dropped.add(table + ".past"))
                                .mapEmpty());
    }

    private static Future<Void> delete(
            SqlConnection connection, String table, String column, LocalDate before, List<String> dropped) {
        return delete(connection, table, column, before, dropped, MOST_PIECES);
    }

    private static Future<Void> delete(
            SqlConnection connection,
            String table,
            String column,
            LocalDate before,
            List<String> dropped,
            int piecesLeft) {
        return connection
                .preparedQuery(
                        "DELETE FROM " + table + " WHERE " + column + " < ? ORDER BY " + column + " LIMIT " + PIECE)
                .execute(Tuple.of(before.atStartOfDay()))
                .compose(rows -> {
                    if (rows.rowCount() > 0 && !dropped.contains(table)) {
                        dropped.add(table);
                    }
                    return rows.rowCount() < PIECE || piecesLeft <= 1
                            ? Future.succeededFuture()
                            : delete(connection, table, column, before, dropped, piecesLeft - 1);
                });
    }
}
