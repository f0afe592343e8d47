package io.headcount.store.mysql;

import io.headcount.config.HeadcountConfig;
import io.headcount.dev.EmbeddedMySql;
import io.headcount.dev.SharedServers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A real MySQL 8 for one test class, which may kill it, freeze it or make it read-only without harm to others. */
public final class OwnMySql {
    private static final String ROOT = "root";

    private final EmbeddedMySql server =
            EmbeddedMySql.start(EmbeddedMySql.Options.forTests(SharedServers.newFolder("own-mysql")));

    /** Starts it again with its data, and waits until it answers. */
    public void start() {
        server.restart();
    }

    /** SIGKILL: nothing is flushed, nobody is told. */
    public void kill() {
        server.kill();
    }

    /** SIGSTOP: connections stay open and nothing is answered. */
    public void freeze() {
        server.pause();
    }

    /** SIGCONT. */
    public void thaw() {
        server.resume();
    }

    public void readOnly(boolean on) throws SQLException {
        if (on) {
            execute("", "SET GLOBAL super_read_only = 1");
        } else {
            // The first alone leaves read_only on.
            execute("", "SET GLOBAL super_read_only = 0", "SET GLOBAL read_only = 0");
        }
    }

    public void execute(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of the first row as text, {@code null} when there is no row. */
    public String one(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    public HeadcountConfig.MySql config(String database) {
        return new HeadcountConfig.MySql(server.host(), server.port(), database, ROOT, server.password(), 4, 1_000);
    }

    public void stop() {
        server.close();
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(database), ROOT, server.password());
    }
}
