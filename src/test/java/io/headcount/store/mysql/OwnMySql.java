package io.headcount.store.mysql;

import io.headcount.config.HeadcountConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A real MySQL 8 for one test class, which may kill it, freeze it or make it read-only without harm to others. The
 * server comes from the test dependency; it and an empty data directory are prepared once under {@code target/}.
 */
public final class OwnMySql {
    private static final Path HOME = Path.of("target", "own-mysql").toAbsolutePath();
    private static final int STOP_SECONDS = 20;

    private final Path data;
    private final int port;
    private Process process;

    public OwnMySql() throws Exception {
        prepare();
        data = Files.createTempDirectory("headcount-mysql");
        run("cp", "-r", HOME.resolve("empty") + "/.", data.toString());
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
        start();
    }

    /** Starts it (again) with its data, and waits until it answers. */
    public void start() throws Exception {
        List<String> command = command();
        command.addAll(List.of("--datadir=" + data, "--bind-address=127.0.0.1", "--port=" + port));
        command.addAll(List.of("--socket=" + data.resolve("s"), "--mysqlx=OFF", "--skip-log-bin"));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("log").toFile())
                .start();
        Awaitility.await("a MySQL that answers, see " + data.resolve("log"))
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(() -> "1".equals(one("", "SELECT 1")));
    }

    /** SIGKILL: nothing is flushed, nobody is told. */
    public void kill() throws Exception {
        process.destroyForcibly().waitFor();
    }

    /** SIGSTOP: connections stay open and nothing is answered. */
    public void freeze() throws Exception {
        run("kill", "-STOP", Long.toString(process.pid()));
    }

    /** SIGCONT. */
    public void thaw() throws Exception {
        run("kill", "-CONT", Long.toString(process.pid()));
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
        return new HeadcountConfig.MySql("127.0.0.1", port, database, "root", "", 4, 1_000);
    }

    public void stop() throws Exception {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        run("rm", "-rf", data.toString());
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port + "/" + database, "root", "");
    }

    private static synchronized void prepare() throws Exception {
        Path ready = HOME.resolve("ready");
        if (Files.exists(ready)) {
            return;
        }
        run("rm", "-rf", HOME.toString());
        Files.createDirectories(HOME);
        String archive = "/mysql-" + System.getProperty("os.name").replace(' ', '_') + "-"
                + System.getProperty("os.arch").replace("x86_64", "amd64") + ".tar.gz";
        try (InputStream packed = OwnMySql.class.getResourceAsStream(archive)) {
            if (packed == null) {
                throw new IOException("no MySQL for this platform in the test dependency: " + archive);
            }
            Files.copy(packed, HOME.resolve("server.tar.gz"), StandardCopyOption.REPLACE_EXISTING);
        }
        run("tar", "-xzf", HOME.resolve("server.tar.gz").toString(), "-C", HOME.toString());
        List<String> initialize = command();
        initialize.addAll(List.of("--initialize-insecure", "--datadir=" + HOME.resolve("empty")));
        run(initialize.toArray(String[]::new));
        Files.createFile(ready);
    }

    private static List<String> command() {
        List<String> command =
                new ArrayList<>(List.of(HOME.resolve("bin/mysqld").toString(), "--no-defaults"));
        command.addAll(List.of("--basedir=" + HOME, "--innodb-use-native-aio=0"));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--user=root");
        }
        return command;
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed (libaio.so.1 missing?): " + output);
        }
    }
}
