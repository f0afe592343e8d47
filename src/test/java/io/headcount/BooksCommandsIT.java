package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.dev.EmbeddedMySql;
import io.headcount.dev.SharedServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that change the books, as an operator gives them. */
class BooksCommandsIT {
    private static final String DATABASE = "headcount_commands";

    @TempDir
    private static Path folder;

    private static String file;

    @BeforeAll
    static void migrate() throws Exception {
        EmbeddedMySql mysql = SharedServers.mysql();
        mysql.createDatabase(DATABASE);
        Path written = Files.writeString(folder.resolve("headcount.yaml"), """
                mysql:
                  host: %s
                  port: %d
                  database: %s
                  user: %s
                  password: "%s"
                """.formatted(
                        mysql.host(), mysql.port(), DATABASE, mysql.user(), mysql.password()));
        file = written.toString();
        assertThat(run("migrate")).isZero();
    }

    @Test
    void computesADayAndErasesAUser() throws Exception {
        LocalDate yesterday = LocalDate.now(ZoneId.of("Asia/Seoul")).minusDays(1);
        // Noon of that day in Seoul is 3 o'clock in UTC.
        execute("INSERT INTO user_sessions VALUES ('s1', '" + yesterday + " 03:00:00', 'st', 'u1', 'n1', '" + yesterday
                + " 03:10:00', 600, 'closed')");

        assertThat(run("statistics", "--day", yesterday.toString())).isZero();
        assertThat(one("SELECT watch_seconds FROM daily_statistics WHERE scope = 'stream' AND subject_id = 'st'"))
                .isEqualTo("600");
        assertThat(run("erase", "--user", "u1")).isZero();
        assertThat(one("SELECT COUNT(*) FROM user_sessions")).isEqualTo("0");
    }

    @Test
    void refusesADayWhoseSessionsAreGoneAndAnIdThatIsNone() throws Exception {
        assertThat(run("statistics", "--day", "2020-01-01")).isEqualTo(2);
        assertThat(run("statistics", "--day", "2999-01-01")).isEqualTo(2);
        assertThat(run("erase", "--user", "a b")).isEqualTo(2);
    }

    private static int run(String command, String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = command;
        all[1] = "--config";
        all[2] = file;
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return new CommandLine(new Headcount()).execute(all);
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String one(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    private static Connection connect() throws SQLException {
        EmbeddedMySql mysql = SharedServers.mysql();
        return DriverManager.getConnection(mysql.jdbcUrl(DATABASE), mysql.user(), mysql.password());
    }
}
