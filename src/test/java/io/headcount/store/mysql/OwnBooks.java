package io.headcount.store.mysql;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.headcount.config.MySqlConfig;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Mode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The books on a MySQL of the test class' own: empty before each test. */
abstract class OwnBooks {
    static final String DATABASE = "books";
    static final long NOON = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();
    static final List<String> TABLES = List.of(
            "streams",
            "current_viewers",
            "viewer_history",
            "group_history",
            "user_sessions",
            "session_rejects",
            "daily_statistics",
            "reconciliations");

    static OwnMySql mysql;
    static MySqlConfig config;
    static Vertx vertx;
    MySqlBookStore books;

    @BeforeAll
    static void startServer() throws Exception {
        mysql = new OwnMySql();
        mysql.execute("", "CREATE DATABASE " + DATABASE);
        config = mysql.config(DATABASE);
        Migrations.run(config);
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopServer() throws Exception {
        vertx.close().await(10, SECONDS);
        mysql.stop();
    }

    @BeforeEach
    void open() throws SQLException {
        for (String table : TABLES) {
            mysql.execute(DATABASE, "TRUNCATE TABLE " + table);
        }
        books = MySqlBookStore.open(vertx, config);
    }

    @AfterEach
    void close() throws Exception {
        mysql.readOnly(false);
        books.close().await(10, SECONDS);
    }

    static Count count(String stream, long viewers, long asOfMillis, long revision) {
        return new Count(
                stream, viewers, viewers * 2, viewers, viewers == 0 ? 0 : NOON, asOfMillis, revision, Mode.EXACT);
    }

    static HistoryPoint point(String stream, long bucketAtMillis, long close) {
        return new HistoryPoint(stream, bucketAtMillis, 0, close, 0, close, close / 2.0, 1, 1, 1);
    }

    static FinishedSession session(String id, long joinedAtMillis, long leftAtMillis) {
        return new FinishedSession("st", "u1", id, "n1", joinedAtMillis, leftAtMillis, EndCause.CLOSED);
    }

    static <T> T ok(Future<T> future) throws Exception {
        return future.await(10, SECONDS);
    }

    static String one(String sql) throws SQLException {
        return mysql.one(DATABASE, sql);
    }
}
