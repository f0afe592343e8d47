package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.config.MySqlConfig;
import io.headcount.dev.ChildProcess;
import io.headcount.dev.EmbeddedMySql;
import io.headcount.dev.SharedServers;
import io.headcount.store.mysql.Migrations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The books after a restore. What is copied is what a snapshot of a running database's disk holds: its files at one
 * moment, in the middle of writes.
 */
class BackupIT {
    private final AtomicInteger committed = new AtomicInteger();
    private final AtomicBoolean enough = new AtomicBoolean();

    @Test
    void haveEverythingThatWasCommittedBeforeTheSnapshot() throws Exception {
        Path folder = SharedServers.newFolder("backup");
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try (EmbeddedMySql original = start(folder.resolve("original"))) {
            Migrations.run(config(original));
            Future<?> writing = writer.submit(() -> bookSessions(original));
            await().until(() -> committed.get() > 200);

            original.pause();
            int atTheSnapshot = committed.get();
            copy(folder.resolve("original/data"), Files.createDirectories(folder.resolve("restored")));
            original.resume();
            await().until(() -> committed.get() > atTheSnapshot + 10);
            enough.set(true);
            writing.get(10, TimeUnit.SECONDS);
            original.kill();

            try (EmbeddedMySql restored = start(folder.resolve("restored"))) {
                assertThat(Migrations.pending(config(restored))).isEmpty();
                // One more may have been committed whose writer had not heard of it yet.
                assertThat(number(restored, "SELECT COUNT(*) FROM user_sessions"))
                        .isBetween(atTheSnapshot, atTheSnapshot + 1);
                assertThat(number(restored, "SELECT COUNT(DISTINCT `session`) FROM user_sessions"))
                        .isEqualTo(number(restored, "SELECT MAX(watch_seconds) + 1 FROM user_sessions"));
                insert(restored, 1_000_000);
            }
        } finally {
            writer.shutdownNow();
        }
    }

    /** With the settings of production: each commit on the disk before it is acknowledged. */
    private static EmbeddedMySql start(Path folder) {
        EmbeddedMySql.Options options = EmbeddedMySql.Options.forTests(folder);
        return EmbeddedMySql.start(new EmbeddedMySql.Options(
                options.folder(),
                options.logs(),
                options.port(),
                options.password(),
                options.bufferPoolMegabytes(),
                true,
                List.of(),
                options.orphanSignal()));
    }

    private Void bookSessions(EmbeddedMySql mysql) throws SQLException {
        try (Connection connection = mysql.connect();
                PreparedStatement statement = connection.prepareStatement(
                        "INSERT INTO user_sessions VALUES (?, NOW(3), 'st', 'u1', 'n1', NOW(3), ?, 'closed')")) {
            while (!enough.get()) {
                int next = committed.get();
                statement.setString(1, "s" + next);
                statement.setInt(2, next);
                statement.executeUpdate();
                committed.set(next + 1);
            }
            return null;
        }
    }

    private static void insert(EmbeddedMySql mysql, int number) throws SQLException {
        try (Connection connection = mysql.connect();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("INSERT INTO user_sessions VALUES ('s" + number
                            + "', NOW(3), 'st', 'u1', 'n1', NOW(3), 0, 'closed')"))
                    .isEqualTo(1);
        }
    }

    private static int number(EmbeddedMySql mysql, String sql) throws SQLException {
        try (Connection connection = mysql.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    private static MySqlConfig config(EmbeddedMySql mysql) {
        return new MySqlConfig(mysql.host(), mysql.port(), mysql.database(), mysql.user(), mysql.password(), 2, 3_000);
    }

    private static void copy(Path from, Path into) {
        ChildProcess copy = ChildProcess.start(new ChildProcess.Spec(
                "cp",
                List.of("cp", "-a", from.toString(), into.toString()),
                into,
                Map.of(),
                into.resolve("cp.log"),
                "KILL"));
        assertThat(copy.awaitExit(Duration.ofSeconds(60))).isTrue();
        assertThat(copy.exitCode()).as(copy.tail(3).toString()).isZero();
    }
}
