package io.headcount.dev;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A Headcount node: a process of its own, configured by environment as in production. */
public final class NodeProcess implements AutoCloseable {
    /**
     * Environment of a node. Without it glibc, once a block of 4 MB of Netty's was freed, takes the next ones from its
     * heap and keeps what they leave there: 65 MB after 10,000 connections that came and went.
     */
    public static final Map<String, String> MALLOC = Map.of("MALLOC_MMAP_THRESHOLD_", "131072");

    /** In a node's environment: a main class of the tests that runs the node, instead of the program's own. */
    public static final String MAIN = "NODE_MAIN";

    /** In a node's environment: more JVM flags, which win. */
    public static final String FLAGS = "NODE_FLAGS";

    /** The start of the argument that marks a node as started by this package. */
    static final String FOLDER_PROPERTY = "-Dheadcount.run=";

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

    private final Options options;
    private ChildProcess process;

    /**
     * How a node is started.
     *
     * @param id the node's stable id
     * @param ports where it listens, on 127.0.0.1
     * @param environment the whole configuration beyond the file: {@code HEADCOUNT_…}; these win over what is set here;
     *     {@code JAVA_HOME}: the JDK to run it on instead of this JVM's
     * @param project the project's folder, built
     * @param run the folder that marks the process as ours
     * @param log takes its output
     * @param orphanSignal TERM or KILL: what it gets when this JVM dies
     */
    public record Options(
            String id,
            NodePorts ports,
            Map<String, String> environment,
            Path project,
            Path run,
            Path log,
            String orphanSignal) {
        public Options {
            environment = Map.copyOf(environment);
        }
    }

    private NodeProcess(Options options) {
        this.options = options;
    }

    /** Starts a node, without waiting for it. */
    public static NodeProcess start(Options options) {
        NodeProcess node = new NodeProcess(options);
        node.launch();
        return node;
    }

    /**
     * Brings the database's schema up to date, as {@code headcount migrate} does, and waits for it.
     *
     * @return its process, ended with code 0
     * @throws IllegalStateException with its last words when it fails or takes longer than a minute
     */
    public static ChildProcess migrate(Options options) {
        ChildProcess migration = run("migrate", "migrate", options);
        if (!migration.awaitExit(Duration.ofMinutes(1))) {
            migration.kill();
            throw new IllegalStateException("the migration did not end within a minute (log: " + migration.log() + ")");
        }
        if (migration.exitCode() != 0) {
            throw new IllegalStateException("the migration failed with code " + migration.exitCode() + " (log: "
                    + migration.log() + "): " + String.join(" | ", migration.tail(5)));
        }
        return migration;
    }

    private void launch() {
        process = run(options.id(), "node", options);
    }

    private static ChildProcess run(String name, String subcommand, Options options) {
        List<String> command = new ArrayList<>(command(subcommand, options));
        command.addAll(List.of(subcommand, "--config", "conf/headcount.yaml"));
        Map<String, String> environment = new HashMap<>();
        environment.put("HEADCOUNT_HTTP_HOST", "127.0.0.1");
        environment.put("HEADCOUNT_HTTP_PORT", Integer.toString(options.ports().http()));
        environment.put("HEADCOUNT_MANAGEMENT_HOST", "127.0.0.1");
        environment.put(
                "HEADCOUNT_MANAGEMENT_PORT", Integer.toString(options.ports().management()));
        environment.put("HEADCOUNT_NODE_ID", options.id());
        environment.put("HEADCOUNT_CLUSTER_HOST", "127.0.0.1");
        environment.put(
                "HEADCOUNT_CLUSTER_PORT", Integer.toString(options.ports().hazelcast()));
        environment.put(
                "HEADCOUNT_CLUSTER_BUS_PORT", Integer.toString(options.ports().bus()));
        environment.putAll(MALLOC);
        environment.putAll(options.environment());
        // Meant for the launcher; a node would warn of a key that it does not know.
        environment.put("HEADCOUNT_JAVA_OPTS", "");
        environment.put("HEADCOUNT_TEST_CHROMIUM", "");
        return ChildProcess.start(new ChildProcess.Spec(
                name, command, options.project(), environment, options.log(), options.orphanSignal()));
    }

    private static List<String> command(String subcommand, Options options) {
        String home = options.environment().get("JAVA_HOME");
        String main = options.environment().get(MAIN);
        if (main == null || !subcommand.equals("node")) {
            return NodeJvm.command(options.project(), options.run(), home);
        }
        String flags = options.environment().getOrDefault(FLAGS, "");
        return NodeJvm.command(
                options.project(),
                options.run(),
                home,
                flags.isEmpty() ? List.of() : List.of(flags.split(" ", -1)),
                main,
                System.getProperty("java.class.path"));
    }

    /** As configured. */
    public String id() {
        return options.id();
    }

    /** As configured. */
    public NodePorts ports() {
        return options.ports();
    }

    /** {@code http://127.0.0.1:PORT} without a slash at the end. */
    public URI publicUrl() {
        return URI.create("http://127.0.0.1:" + options.ports().http());
    }

    /** The same of the management port. */
    public URI managementUrl() {
        return URI.create("http://127.0.0.1:" + options.ports().management());
    }

    /** Whether {@code /health/ready} on the management port answers 200 now. */
    public boolean isReady() {
        HttpRequest request = HttpRequest.newBuilder(managementUrl().resolve("/health/ready"))
                .timeout(Duration.ofSeconds(2))
                .build();
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Waits until it is ready.
     *
     * @throws IllegalStateException with its last words when it ends, or takes longer
     */
    public void awaitReady(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!isReady()) {
            if (!process.isAlive()) {
                throw new IllegalStateException(epitaph());
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("node " + id() + " is not ready after " + limit.toSeconds() + " s; "
                        + managementUrl() + "/health/ready says why, its log is " + process.log());
            }
            Pause.millis(50);
        }
    }

    /** That it ended, how, and its last words. */
    public String epitaph() {
        return "node " + id() + " (pid " + pid() + ", " + publicUrl() + "/) ended with code " + process.exitCode()
                + "; its log " + process.log() + " ends with:\n    " + String.join("\n    ", process.tail(5));
    }

    /** The process, the present one if it was restarted. */
    public ChildProcess process() {
        return process;
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether the process runs. */
    public boolean isAlive() {
        return process.isAlive();
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

    /** SIGTERM, after 15 s SIGKILL; false when that was needed. */
    public boolean stop() {
        return process.stop(Duration.ofSeconds(15));
    }

    /** Starts it again with the same id and ports, after stopping it where it runs; does not wait until it is ready. */
    public void restart() {
        stop();
        launch();
    }

    /** As {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }
}
