package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.store.BookStore;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetentionIT extends OwnBooks {
    private static final LocalDate DAY = LocalDate.parse("2026-11-23");

    @Test
    void dropsDaysAndMonthsPastTheirTimeOnceAndKeepsTheRest() throws Exception {
        mysql.execute("", "DROP DATABASE IF EXISTS old", "CREATE DATABASE old");
        Migrations.run(mysql.config("old"));
        Connections connections = new Connections(vertx, mysql.config("old"));
        MySqlBookStore old = MySqlBookStore.open(vertx, mysql.config("old"));
        MySqlRetention retention = new MySqlRetention(connections);
        for (int days = 0; days <= 40; days += 4) {
            ok(new Partitions(connections).prepare(DAY.plusDays(days)));
        }
        for (int days = -400; days <= 40; days += 10) {
            long at = millis(DAY.plusDays(days));
            ok(old.saveSessions(List.of(session("s" + (days + 1_000), at, at))));
            ok(old.saveHistory(List.of(point("st", at, 1))));
        }
        LocalDate today = DAY.plusDays(40);

        // Two nodes at once: one does it.
        Future<List<String>> one = retention.dropExpired(1, 30, today);
        Future<List<String>> other = retention.dropExpired(1, 30, today);
        List<String> dropped = new java.util.ArrayList<>(ok(one));
        dropped.addAll(ok(other));

        assertThat(dropped)
                .doesNotHaveDuplicates()
                .contains("user_sessions.past", "user_sessions.p20261202", "viewer_history.p202611")
                .doesNotContain("user_sessions.p20261203", "viewer_history.p202612");
        assertThat(mysql.one("old", "SELECT MIN(joined_at) >= '2026-12-03' FROM user_sessions"))
                .isEqualTo("1");
        assertThat(mysql.one("old", "SELECT COUNT(*) FROM user_sessions")).isEqualTo("4");
        assertThat(ok(retention.dropExpired(1, 30, today))).isEmpty();
        ok(old.saveSessions(List.of(session("late", millis(DAY), millis(DAY)))));
        ok(new Partitions(connections).prepare(today));
        ok(old.close());
        ok(connections.close());
    }

    @Test
    void erasesAUserFromEveryTableThatNamesOneAndNobodyElse() throws Exception {
        mysql.execute(DATABASE, "TRUNCATE TABLE users", "INSERT INTO users (user_id) VALUES ('u'), ('u-2')");
        ok(books.saveSessions(
                IntStream.range(0, 1_000).mapToObj(i -> of("u", "s" + i)).toList()));
        ok(books.saveSessions(
                IntStream.range(1_000, 1_500).mapToObj(i -> of("u", "s" + i)).toList()));
        ok(books.saveSessions(List.of(of("u-2", "other"), of("U", "another"))));
        ok(books.saveReject(new BookStore.Reject(1, "1-0", "user u session s", "e")));
        ok(books.saveReject(new BookStore.Reject(1, "2-0", "user u-2 session s", "e")));

        var erased = ok(books.retention().erase("u"));

        assertThat(erased)
                .containsEntry("users", 1L)
                .containsEntry("user_sessions", 1_500L)
                .containsEntry("session_rejects", 1L);
        assertThat(one("SELECT GROUP_CONCAT(user_id ORDER BY user_id) FROM user_sessions"))
                .isEqualTo("U,u-2");
        assertThat(one("SELECT GROUP_CONCAT(user_id) FROM users")).isEqualTo("u-2");
        assertThat(one("SELECT COUNT(*) FROM session_rejects")).isEqualTo("1");
        assertThat(erased.keySet())
                .as("a table with a user's id that erasure forgets")
                .contains(one("SELECT GROUP_CONCAT(DISTINCT TABLE_NAME) FROM information_schema.COLUMNS WHERE"
                                + " TABLE_SCHEMA = DATABASE() AND COLUMN_NAME LIKE '%user\\_id%'")
                        .split(","));
        assertThat(ok(books.retention().erase("u")).values()).containsOnly(0L);
    }

    private static FinishedSession of(String user, String session) {
        return new FinishedSession("st", user, session, "n1", NOON, NOON + 1_000, EndCause.CLOSED);
    }

    private static long millis(LocalDate day) {
        return day.atTime(12, 0).toInstant(java.time.ZoneOffset.UTC).toEpochMilli();
    }
}
