package io.headcount.store.mysql;

import io.headcount.config.MySqlConfig;
import io.headcount.dev.EmbeddedMySql;
import io.headcount.dev.Ports;
import io.headcount.dev.SharedServers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A real MySQL 8 for one test class, which may kill it, freeze it or make it read-only without harm to others. */
public final class OwnMySql {
    private static final String ROOT = "root";

    private final EmbeddedMySql server;
    private final Path folder;

    public OwnMySql() {
        this(List.of());
    }

    /** With more arguments for mysqld. */
    OwnMySql(List<String> extra) {
        folder = SharedServers.newFolder("own-mysql");
        server = EmbeddedMySql.start(
                new EmbeddedMySql.Options(folder, folder, Ports.pick(), "headcount", 64, false, extra, "KILL"));
    }

    /** One that can replicate, and be replicated from, by global transaction ids. */
    static OwnMySql replicating(int serverId) {
        return new OwnMySql(List.of(
                "--server-id=" + serverId,
                "--log-bin=binlog",
                "--gtid-mode=ON",
                "--enforce-gtid-consistency=ON",
                "--log-replica-updates=ON"));
    }

    /** Makes this one a read-only copy of another from now on. */
    void follow(OwnMySql source) throws SQLException {
        execute(
                "",
                "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = " + source.server.port()
                        + ", SOURCE_USER = '" + ROOT + "', SOURCE_PASSWORD = '" + source.server.password()
                        + "', SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1",
                "START REPLICA");
        readOnly(true);
    }

    /** What orchestrators do: nothing comes from the old source any more, and writes are taken. */
    void promote() throws SQLException {
        execute("", "STOP REPLICA", "RESET REPLICA ALL");
        readOnly(false);
    }

    MySqlConfig.Endpoint endpoint() {
        return new MySqlConfig.Endpoint(server.host(), server.port());
    }

    /** Its data folder. */
    Path data() {
        return folder.resolve("data");
    }

    String password() {
        return server.password();
    }

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

    public MySqlConfig config(String database) {
        return new MySqlConfig(server.host(), server.port(), database, ROOT, server.password(), 4, 1_000);
    }

    public void stop() {
        server.close();
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(database), ROOT, server.password());
    }
}
