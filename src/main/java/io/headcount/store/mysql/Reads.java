package io.headcount.store.mysql;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.function.Function;

/** Somewhere to ask: one server, or a reader with those that stand in for it. */
interface Reads {
    /** Uses a connection within the deadline of one query. Fails with a BookException. */
    <T> Future<T> use(Function<SqlConnection, Future<T>> work);

    /** The rows of one statement. */
    default Future<List<Row>> rows(String sql, Tuple parameters) {
        return use(connection -> connection.preparedQuery(sql).execute(parameters))
                .map(MySqlBookStore::list);
    }
}
