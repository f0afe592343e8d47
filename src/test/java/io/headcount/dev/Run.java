package io.headcount.dev;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code scripts/run}: Redis, MySQL and nodes on this machine, until Ctrl-C.
 *
 * <p>Everything it starts is a child of this JVM and is stopped by its shutdown hook, whatever ends it: a signal, a
 * failed start. A child that dies is reported, not restarted: this is the place to see what happens then.
 */
@Command(
        name = "scripts/run",
        mixinStandardHelpOptions = true,
        description = "Starts Headcount with a real Redis and a real MySQL on this machine.")
public final class Run implements Callable<Integer> {
    private static final int MAX_NODES = 20;
    private static final int LOWEST_PORT = 1_024;
    private static final int BUFFER_POOL_MEGABYTES = 128;
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final Duration NODES_STOP_WITHIN = Duration.ofSeconds(8);
    private static final Duration SERVERS_STOP_WITHIN = Duration.ofSeconds(5);

    private final long startedNanos = System.nanoTime();
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Path project = Path.of("").toAbsolutePath();
    private final RunFolder folder = new RunFolder(project);
    private volatile boolean stopping;

    @Spec
    private CommandSpec spec;

    @Option(names = "--nodes", paramLabel = "N", description = "Clustered nodes, 1 to 20 (default: ${DEFAULT-VALUE}).")
    private int nodeCount = 1;

    @Option(
            names = "--port",
            paramLabel = "P",
            description = "Public port of the first node (default: ${DEFAULT-VALUE}); all others follow from it.")
    private int port = 8080;

    @Option(
            names = "--redis",
            paramLabel = "MODE",
            description = "Redis as a ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private RedisSetup redisSetup = RedisSetup.cluster;

    @Option(names = "--fresh", description = "Start with empty data.")
    private boolean fresh;

    /** Runs until a signal; exits with 1 when something did not start, with 2 for a wrong option. */
    public static void main(String[] arguments) {
        CommandLine commandLine = new CommandLine(new Run());
        commandLine.setExecutionExceptionHandler((e, command, result) -> {
            System.err.println("Headcount did not start: " + reason(e));
            return 1;
        });
        System.exit(commandLine.execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        checkOptions();
        clearLeftovers();
        RunPorts ports = new RunPorts(port, nodeCount);
        ports.replaced().forEach(this::say);
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopEverything, "stop"));

        say("starting " + redisSetup.what() + " (ports " + range(ports.redis()) + ") and MySQL 8 (port " + ports.mysql()
                + ")");
        String mysqlPassword = folder.secret("mysqlPassword");
        String adminToken = folder.secret("adminToken");
        CompletableFuture<EmbeddedRedis> redisStart = inBackground(() -> startRedis(ports));
        CompletableFuture<EmbeddedMySql> mysqlStart = inBackground(() -> startMySql(ports, mysqlPassword));
        EmbeddedMySql mysql = await(mysqlStart);
        EmbeddedRedis redis = await(redisStart);
        LocalNodes.Options options = new LocalNodes.Options(
                ports.nodes(),
                redis.endpoints(),
                mysql.port(),
                mysql.database(),
                mysqlPassword,
                adminToken,
                redis.environment(),
                project,
                folder.path(),
                folder.logs(),
                "TERM");
        NodeProcess.migrate(options.migration());
        say("database schema is up to date");
        LocalNodes nodes = startNodes(options);
        folder.describe(nodes, redis, mysql, adminToken);
        nodes.all().forEach(node -> reportEnd(node.process(), node::epitaph));
        redis.processes().forEach(server -> reportEnd(server, () -> epitaph(server)));
        reportEnd(mysql.process(), () -> epitaph(mysql.process()));
        say("logs are in .run/logs, addresses and passwords in .run/headcount.json; Ctrl-C stops everything");
        out.println("Headcount is ready: " + nodes.get(0).publicUrl() + "/");
        new CountDownLatch(1).await();
        return 0;
    }

    private void checkOptions() {
        if (nodeCount < 1 || nodeCount > MAX_NODES) {
            throw new ParameterException(
                    spec.commandLine(), "--nodes must be 1 to " + MAX_NODES + ", not " + nodeCount);
        }
        if (port < LOWEST_PORT || port > 65_535) {
            throw new ParameterException(
                    spec.commandLine(), "--port must be " + LOWEST_PORT + " to 65535, not " + port);
        }
    }

    private void clearLeftovers() throws IOException {
        folder.forgetDescription();
        int left = Leftovers.stop(folder.path(), NODES_STOP_WITHIN);
        if (left > 0) {
            say("a former run was killed and left " + left + " of its processes behind; they are stopped now");
        }
        if (fresh) {
            folder.deleteData();
        }
        say(folder.hasData() ? "using the data of the last run (--fresh starts empty)" : "starting with empty data");
    }

    private EmbeddedRedis startRedis(RunPorts ports) {
        EmbeddedRedis redis = redisSetup.start(folder.redis(), folder.logs(), ports);
        say("Redis is up");
        return redis;
    }

    private EmbeddedMySql startMySql(RunPorts ports, String password) {
        EmbeddedMySql mysql = EmbeddedMySql.start(new EmbeddedMySql.Options(
                folder.mysql(),
                folder.logs(),
                ports.mysql(),
                password,
                BUFFER_POOL_MEGABYTES,
                true,
                List.of(),
                "TERM"));
        say("MySQL is up");
        return mysql;
    }

    private LocalNodes startNodes(LocalNodes.Options options) {
        LocalNodes nodes = LocalNodes.launch(options);
        nodes.all()
                .forEach(node -> say("starting node " + node.id() + " (pid " + node.pid() + "): public "
                        + node.publicUrl() + "/, management " + node.managementUrl() + "/"));
        nodes.awaitReady(READY_WITHIN);
        return nodes;
    }

    private void reportEnd(ChildProcess child, Supplier<String> epitaph) {
        child.onExit(() -> {
            if (!stopping) {
                say(epitaph.get());
            }
        });
    }

    private static String epitaph(ChildProcess server) {
        return server.name() + " (pid " + server.pid() + ") ended with code " + server.exitCode() + "; its log "
                + server.log() + " ends with:\n    " + String.join("\n    ", server.tail(3));
    }

    /** Nodes first: they have something to say to Redis and MySQL before they go. */
    private void stopEverything() {
        stopping = true;
        long began = System.nanoTime();
        List<ChildProcess> children = ChildProcess.closeAndList();
        if (children.isEmpty()) {
            return;
        }
        out.println();
        say("stopping " + children.size() + " processes");
        List<ChildProcess> nodes =
                children.stream().filter(child -> !isServer(child)).toList();
        List<ChildProcess> servers = children.stream().filter(Run::isServer).toList();
        warn(ChildProcess.stopAll(nodes, NODES_STOP_WITHIN));
        warn(ChildProcess.stopAll(servers, SERVERS_STOP_WITHIN));
        try {
            folder.forgetDescription();
        } catch (IOException e) {
            say(".run/headcount.json cannot be deleted: " + e.getMessage());
        }
        say("stopped after " + seconds(System.nanoTime() - began));
    }

    private void warn(List<ChildProcess> killed) {
        killed.forEach(child -> say(child.name() + " (pid " + child.pid() + ") did not stop in time and was killed; "
                + "its log is " + child.log()));
    }

    private static boolean isServer(ChildProcess child) {
        return child.name().startsWith("redis-") || child.name().startsWith("mysql");
    }

    private static <T> CompletableFuture<T> inBackground(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> result.completeAsync(task, Runnable::run), "start");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private static <T> T await(CompletableFuture<T> result) {
        try {
            return result.join();
        } catch (CompletionException e) {
            throw new IllegalStateException(reason(e.getCause()), e.getCause());
        }
    }

    private static String reason(Throwable e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private static String range(List<Integer> ports) {
        int first = ports.get(0);
        List<Integer> row = IntStream.range(first, first + ports.size()).boxed().toList();
        return ports.equals(row) ? first + "-" + row.get(row.size() - 1) : ports.toString();
    }

    private void say(String line) {
        out.println(seconds(System.nanoTime() - startedNanos) + "  " + line);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%5.1f s", nanos / 1e9);
    }
}
