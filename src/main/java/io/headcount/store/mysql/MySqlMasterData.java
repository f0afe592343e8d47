package io.headcount.store.mysql;

import io.headcount.model.MasterRecord;
import io.headcount.store.MasterData;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Collections;
import java.util.List;

/** Names, written and read back on the writer. */
final class MySqlMasterData implements MasterData {
    private final Connections writer;

    MySqlMasterData(Connections writer) {
        this.writer = writer;
    }

    @Override
    public Future<MasterRecord> save(Kind kind, MasterRecord changed) {
        return switch (kind) {
            case BROADCASTER -> save("broadcasters", "broadcaster_id", "", changed);
            case CATEGORY -> save("categories", "category_id", "cpm", changed);
            case USER -> save("users", "user_id", "", changed);
        };
    }

    @Override
    public Future<Long> endStream(String stream, long atMillis) {
        // Assignments are made in order: the first still sees the old status.
        String end = "INSERT INTO streams (stream_id, status, ended_at) VALUES (?, 'ended', ?) AS new"
                + " ON DUPLICATE KEY UPDATE ended_at = IF(streams.status = 'ended', streams.ended_at, new.ended_at),"
                + " status = 'ended'";
        return writer.use(connection -> connection.preparedQuery(end).execute(Tuple.of(stream, Times.of(atMillis))))
                .compose(saved -> writer.rows("SELECT ended_at FROM streams WHERE stream_id = ?", Tuple.of(stream)))
                .map(rows -> Times.millis(rows.get(0).getLocalDateTime(0)));
    }

    @Override
    public Future<Void> reopenStream(String stream) {
        String reopen = "UPDATE streams SET status = 'active', ended_at = NULL WHERE stream_id = ?";
        return writer.use(connection -> connection.preparedQuery(reopen).execute(Tuple.of(stream)))
                .mapEmpty();
    }

    @Override
    public Future<List<String>> endedAmong(List<String> streams) {
        if (streams.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        String ended = "SELECT stream_id FROM streams WHERE status = 'ended' AND stream_id IN ("
                + String.join(",", Collections.nCopies(streams.size(), "?")) + ")";
        return writer.rows(ended, Tuple.tuple(List.copyOf(streams)))
                .map(rows -> rows.stream().map(row -> row.getString(0)).toList());
    }

    /** @param extra a column of the table that others lack, or empty */
    private Future<MasterRecord> save(String table, String key, String extra, MasterRecord changed) {
        boolean wide = !extra.isEmpty();
        String insert = "INSERT INTO " + table + " (" + key + ", name" + (wide ? ", " + extra : "") + ") VALUES (?, ?"
                + (wide ? ", ?" : "") + ") AS new ON DUPLICATE KEY UPDATE name = COALESCE(new.name, " + table + ".name)"
                + (wide ? ", " + extra + " = COALESCE(new." + extra + ", " + table + "." + extra + ")" : "");
        Tuple values = Tuple.of(changed.id(), changed.name());
        if (wide) {
            values.addDouble(changed.cpm());
        }
        String select =
                "SELECT " + key + ", name, " + (wide ? extra : "NULL") + " FROM " + table + " WHERE " + key + " = ?";
        return writer.use(connection -> connection.preparedQuery(insert).execute(values))
                .compose(saved -> writer.rows(select, Tuple.of(changed.id())))
                .map(rows -> record(rows.get(0)));
    }

    private static MasterRecord record(Row row) {
        return new MasterRecord(row.getString(0), row.getString(1), row.getDouble(2));
    }
}
