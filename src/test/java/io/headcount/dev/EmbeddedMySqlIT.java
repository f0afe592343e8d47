package io.headcount.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class EmbeddedMySqlIT {
    @Test
    void isARealMySqlInUtc() throws Exception {
        try (Connection connection = SharedServers.mysql().connect()) {
            assertThat(query(connection, "SELECT @@version")).startsWith("8.0.31");
            assertThat(query(connection, "SELECT @@time_zone")).isEqualTo("+00:00");
            assertThat(query(connection, "SELECT @@event_scheduler")).isEqualTo("OFF");
            assertThat(query(connection, "SELECT @@bind_address")).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void givesEachTestADatabaseOfItsOwn() throws Exception {
        EmbeddedMySql mysql = SharedServers.mysql();
        String url = mysql.createDatabase("headcount_own");

        try (Connection connection = DriverManager.getConnection(url, mysql.user(), mysql.password())) {
            assertThat(query(connection, "SELECT DATABASE()")).isEqualTo("headcount_own");
        }
    }

    @Test
    void keepsWhatWasCommittedWhenItIsKilledAndStartedAgain() throws Exception {
        try (EmbeddedMySql mysql =
                EmbeddedMySql.start(EmbeddedMySql.Options.forTests(SharedServers.newFolder("killed-mysql")))) {
            try (Connection connection = mysql.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE kept (id INT PRIMARY KEY)");
                statement.execute("INSERT INTO kept VALUES (42)");
            }

            mysql.kill();
            mysql.restart();

            try (Connection connection = mysql.connect()) {
                assertThat(query(connection, "SELECT id FROM kept")).isEqualTo("42");
            }
        }
    }

    @Test
    void saysSoWhenItsPortIsTaken() {
        int taken = SharedServers.mysql().port();
        var folder = SharedServers.newFolder("taken-port");
        EmbeddedMySql.Options free = EmbeddedMySql.Options.forTests(folder);
        EmbeddedMySql.Options clash = new EmbeddedMySql.Options(
                folder, folder, taken, "another-password", 64, false, free.extra(), free.orphanSignal());

        assertThatThrownBy(() -> EmbeddedMySql.start(clash))
                .hasMessageContaining("port " + taken)
                .hasMessageContaining("is in use");
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
