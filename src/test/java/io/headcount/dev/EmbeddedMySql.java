package io.headcount.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real MySQL 8.0.31 on loopback.
 *
 * <p>To initialise a data folder takes mysqld five seconds; so that is done once into a template in the cache, and every
 * new server starts from a copy of it.
 */
public final class EmbeddedMySql implements AutoCloseable {
    /** The database that is there from the start. */
    public static final String DATABASE = "headcount";

    /** Has all rights on databases whose name starts with {@code headcount}. */
    public static final String USER = "headcount";

    private static final String HOST = "127.0.0.1";
    private static final Duration SERVES_WITHIN = Duration.ofSeconds(60);

    private final Options options;
    private ChildProcess process;

    /**
     * How the server is set up.
     *
     * @param folder data and configuration
     * @param logs where the server's log is written
     * @param port to listen on
     * @param password of {@code headcount} and {@code root}: letters, digits, - and _
     * @param bufferPoolMegabytes InnoDB's buffer pool
     * @param durable whether a commit is safe when the machine loses power; a killed process loses nothing either way
     * @param extra more arguments for mysqld, e.g. {@code --performance-schema=ON}
     * @param orphanSignal TERM or KILL: what the server gets when this JVM dies
     */
    public record Options(
            Path folder,
            Path logs,
            int port,
            String password,
            int bufferPoolMegabytes,
            boolean durable,
            List<String> extra,
            String orphanSignal) {
        public Options {
            folder = folder.toAbsolutePath();
            logs = logs.toAbsolutePath();
            extra = List.copyOf(extra);
            if (!password.matches("[A-Za-z0-9_-]+")) {
                throw new IllegalArgumentException("password: letters, digits, - and _ only");
            }
        }

        /** For tests: a free port, a small buffer pool, no waiting for the disk. */
        public static Options forTests(Path folder) {
            return new Options(folder, folder, Ports.pick(), "headcount", 64, false, List.of(), "KILL");
        }
    }

    private EmbeddedMySql(Options options) {
        this.options = options;
    }

    /**
     * Starts a server, from the folder's data if there is any, and waits until it lets the user in.
     *
     * @throws IllegalStateException naming the reason and the log when it does not start
     */
    public static EmbeddedMySql start(Options options) {
        EmbeddedMySql server = new EmbeddedMySql(options);
        try {
            Files.createDirectories(options.folder());
            if (!Files.exists(server.data())) {
                // A copy that was interrupted must not be taken for data.
                Path draft = options.folder().resolve("data.draft");
                ServerBinaries.delete(draft);
                ServerBinaries.execute(
                        List.of("cp", "-a", "--reflink=auto", template().toString(), draft.toString()));
                // Its id: copies that replicate from each other must not share it.
                Files.deleteIfExists(draft.resolve("auto.cnf"));
                Files.move(draft, server.data());
            }
            Files.writeString(server.initFile(), server.initStatements());
            server.launch();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("MySQL did not start: " + e.getMessage(), e);
        }
    }

    /** A JDBC address without credentials, for the MariaDB driver. */
    public String jdbcUrl() {
        return jdbcUrl(DATABASE);
    }

    /** The same for another database. */
    public String jdbcUrl(String database) {
        return "jdbc:mariadb://" + HOST + ":" + port() + "/" + database;
    }

    /** 127.0.0.1. */
    public String host() {
        return HOST;
    }

    /** The TCP port. */
    public int port() {
        return options.port();
    }

    /** As {@link #USER}. */
    public String user() {
        return USER;
    }

    /** The password of {@link #USER}, and of {@code root}. */
    public String password() {
        return options.password();
    }

    /** As {@link #DATABASE}. */
    public String database() {
        return DATABASE;
    }

    /** A JDBC connection to {@link #DATABASE}; the caller closes it. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), USER, password());
    }

    /** A JDBC connection with every right; the caller closes it. */
    public Connection connectAsRoot() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), "root", password());
    }

    /**
     * Makes an empty database, dropping one of that name.
     *
     * @param name must start with {@code headcount}
     * @return its JDBC address
     */
    public String createDatabase(String name) {
        if (!name.matches("headcount[A-Za-z0-9_]*")) {
            throw new IllegalArgumentException("the user may use databases headcount… only, not " + name);
        }
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name);
            statement.execute("CREATE DATABASE " + name + " CHARACTER SET utf8mb4");
            return jdbcUrl(name);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create database " + name + ": " + e.getMessage(), e);
        }
    }

    /** The process, the present one if it was restarted. */
    public ChildProcess process() {
        return process;
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** SIGKILL. */
    public void kill() {
        process.kill();
    }

    /** SIGSTOP. */
    public void pause() {
        process.pause();
    }

    /** SIGCONT. */
    public void resume() {
        process.resume();
    }

    /** Starts again with the same data and port, after stopping it where it runs. */
    public void restart() {
        process.stop(Duration.ofSeconds(10));
        launch();
    }

    /** Stops it, gently when it is durable. */
    @Override
    public void close() {
        if (options.durable()) {
            process.stop(Duration.ofSeconds(5));
        } else {
            process.kill();
        }
    }

    private void launch() {
        if (!Ports.isFree(options.port())) {
            throw new IllegalStateException(
                    "port " + options.port() + ", meant for MySQL, is in use by another process");
        }
        List<String> command = new ArrayList<>(program(data()));
        command.addAll(List.of(
                "--port=" + options.port(),
                "--bind-address=" + HOST,
                "--socket=mysql.sock",
                "--pid-file=mysql.pid",
                "--init-file=" + initFile(),
                "--mysqlx=OFF",
                "--skip-log-bin",
                "--skip-name-resolve",
                "--event-scheduler=OFF",
                "--default-time-zone=+00:00",
                "--innodb-buffer-pool-size=" + options.bufferPoolMegabytes() + "M",
                "--max-connections=300"));
        if (!options.durable()) {
            // 2, not 0: a commit that the server acknowledged has reached the kernel, and survives SIGKILL.
            command.addAll(List.of("--innodb-flush-log-at-trx-commit=2", "--innodb-doublewrite=OFF"));
        }
        if (options.extra().stream().noneMatch(argument -> argument.startsWith("--performance-schema"))) {
            // Two hundred megabytes and half a second that development does not need.
            command.add("--performance-schema=OFF");
        }
        command.addAll(options.extra());
        process = ChildProcess.start(new ChildProcess.Spec(
                "mysql",
                command,
                options.folder(),
                libraryPath(),
                options.logs().resolve("mysql.log"),
                options.orphanSignal()));
        try {
            awaitService();
        } catch (IllegalStateException e) {
            process.kill();
            throw e;
        }
    }

    private void awaitService() {
        long deadline = System.nanoTime() + SERVES_WITHIN.toNanos();
        while (true) {
            try (Connection connection = connect()) {
                if (connection.isValid(1)) {
                    return;
                }
            } catch (SQLException e) {
                if (!process.isAlive()) {
                    throw new IllegalStateException(MySqlFailure.explain(process), e);
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "MySQL did not answer within " + SERVES_WITHIN.toSeconds() + " s (" + e.getMessage()
                                    + "); its log is " + process.log(),
                            e);
                }
            }
            Pause.millis(50);
        }
    }

    /** Accounts are set at every start, so that a copy of the template gets its own password. */
    private String initStatements() {
        // The native method: the other one needs TLS or an exchange of keys that JDBC refuses by default.
        String identified = " IDENTIFIED WITH mysql_native_password BY '" + options.password() + "'";
        return String.join(
                "\n",
                "CREATE DATABASE IF NOT EXISTS " + DATABASE + " CHARACTER SET utf8mb4;",
                "CREATE USER IF NOT EXISTS '" + USER + "'@'%';",
                "ALTER USER '" + USER + "'@'%'" + identified + ";",
                "GRANT ALL ON `headcount%`.* TO '" + USER + "'@'%';",
                "CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';",
                "ALTER USER 'root'@'127.0.0.1'" + identified + ";",
                "GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;",
                "ALTER USER 'root'@'localhost'" + identified + ";",
                "");
    }

    private Path data() {
        return options.folder().resolve("data");
    }

    private Path initFile() {
        return options.folder().resolve("init.sql");
    }

    private static Path template() {
        Path home = ServerBinaries.mysqlHome();
        return ServerBinaries.once("mysql-8.0.31-data", target -> {
            Path log = target.resolveSibling("mysql-initialize.log");
            List<String> command = new ArrayList<>(program(target));
            command.add("--initialize-insecure");
            ChildProcess initialiser = ChildProcess.start(
                    new ChildProcess.Spec("mysql --initialize", command, home, libraryPath(), log, "KILL"));
            boolean ended = initialiser.awaitExit(Duration.ofMinutes(3));
            if (!ended || initialiser.exitCode() != 0) {
                initialiser.kill();
                throw new IOException(MySqlFailure.explain(initialiser));
            }
        });
    }

    private static List<String> program(Path data) {
        Path home = ServerBinaries.mysqlHome();
        List<String> command = new ArrayList<>(List.of(
                home.resolve("bin").resolve("mysqld").toString(),
                "--no-defaults",
                "--basedir=" + home,
                "--datadir=" + data,
                "--innodb-use-native-aio=0",
                "--innodb-redo-log-capacity=32M"));
        if (System.getProperty("user.name", "").equals("root")) {
            command.add("--user=root");
        }
        return command;
    }

    /** {@code .run/lib}, where {@code scripts/run} puts the libraries that the system lacks, comes first. */
    private static Map<String, String> libraryPath() {
        Path ours = ServerBinaries.cache().resolveSibling("lib");
        if (!Files.isDirectory(ours)) {
            return Map.of();
        }
        String inherited = System.getenv("LD_LIBRARY_PATH");
        return Map.of("LD_LIBRARY_PATH", inherited == null ? ours.toString() : ours + ":" + inherited);
    }
}
