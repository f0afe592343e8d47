package io.headcount.store.mysql;

import io.headcount.model.MasterRecord;
import io.headcount.store.MasterData;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;

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
