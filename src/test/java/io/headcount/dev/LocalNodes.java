package io.headcount.dev;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Several clustered nodes on one machine, {@code local-1} to {@code local-N}, at the same servers. */
public final class LocalNodes implements AutoCloseable {
    private final List<NodeProcess> nodes;

    /**
     * How the nodes are started.
     *
     * @param ports of each node
     * @param redis {@code host:port} of all Redis servers
     * @param mysqlPort on 127.0.0.1
     * @param mysqlDatabase is migrated before the nodes start
     * @param mysqlPassword of {@link EmbeddedMySql#USER}
     * @param adminToken 16 characters at least
     * @param environment more configuration, {@code HEADCOUNT_…}; wins over all that is derived
     * @param project the project's folder, built
     * @param run the folder that marks the processes as ours
     * @param logs where the nodes' logs are written
     * @param orphanSignal TERM or KILL: what a node gets when this JVM dies
     */
    public record Options(
            List<NodePorts> ports,
            List<String> redis,
            int mysqlPort,
            String mysqlDatabase,
            String mysqlPassword,
            String adminToken,
            Map<String, String> environment,
            Path project,
            Path run,
            Path logs,
            String orphanSignal) {
        /** The operators' token of nodes that are started for tests. */
        public static final String TEST_ADMIN_TOKEN = "test-admin-token-0123456789";

        public Options {
            ports = List.copyOf(ports);
            redis = List.copyOf(redis);
            environment = Map.copyOf(environment);
        }

        /** For tests: nodes on free ports at the JVM's shared servers; a folder, and so logs, of their own. */
        public static Options forTests(int count, Map<String, String> environment) {
            return forTests(count, SharedServers.redis().endpoints(), SharedServers.mysql(), environment);
        }

        /** For tests: nodes on free ports at servers of the test's own, or at proxies before them. */
        public static Options forTests(
                int count, List<String> redis, EmbeddedMySql mysql, Map<String, String> environment) {
            Path folder = SharedServers.newFolder("nodes");
            return new Options(
                    IntStream.range(0, count).mapToObj(i -> NodePorts.pick()).toList(),
                    redis,
                    mysql.port(),
                    EmbeddedMySql.DATABASE,
                    mysql.password(),
                    TEST_ADMIN_TOKEN,
                    environment,
                    Path.of("").toAbsolutePath(),
                    folder,
                    folder,
                    "KILL");
        }

        /** The options of one node, counted from 0. */
        NodeProcess.Options node(int index) {
            String id = "local-" + (index + 1);
            Map<String, String> all = new HashMap<>();
            all.put("HEADCOUNT_AUTH_ADMIN_TOKEN", adminToken);
            all.put("HEADCOUNT_REDIS_MODE", "cluster");
            all.put("HEADCOUNT_REDIS_ENDPOINTS", String.join(",", redis));
            all.put("HEADCOUNT_MYSQL_HOST", "127.0.0.1");
            all.put("HEADCOUNT_MYSQL_PORT", Integer.toString(mysqlPort));
            all.put("HEADCOUNT_MYSQL_DATABASE", mysqlDatabase);
            all.put("HEADCOUNT_MYSQL_USER", EmbeddedMySql.USER);
            all.put("HEADCOUNT_MYSQL_PASSWORD", mysqlPassword);
            all.put("HEADCOUNT_CLUSTER_MEMBERS", members());
            all.put("HEADCOUNT_CLUSTER_EXPECTED_NODES", Integer.toString(ports.size()));
            all.putAll(environment);
            return new NodeProcess.Options(
                    id, ports.get(index), all, project, run, logs.resolve(id + ".log"), orphanSignal);
        }

        /** The options of the migration: those of the first node, and a log of its own. */
        NodeProcess.Options migration() {
            NodeProcess.Options first = node(0);
            return new NodeProcess.Options(
                    first.id(),
                    first.ports(),
                    first.environment(),
                    project,
                    run,
                    logs.resolve("migrate.log"),
                    orphanSignal);
        }

        private String members() {
            return ports.stream().map(node -> "127.0.0.1:" + node.hazelcast()).collect(Collectors.joining(","));
        }
    }

    private LocalNodes(List<NodeProcess> nodes) {
        this.nodes = nodes;
    }

    /** Migrates, starts all nodes at once and waits until all are ready. */
    public static LocalNodes start(Options options) {
        NodeProcess.migrate(options.migration());
        LocalNodes nodes = launch(options);
        try {
            nodes.awaitReady(Duration.ofSeconds(60));
            return nodes;
        } catch (IllegalStateException e) {
            nodes.close();
            throw e;
        }
    }

    /** Starts all nodes at once, without a migration and without waiting. */
    static LocalNodes launch(Options options) {
        List<NodeProcess> nodes = new ArrayList<>();
        for (int i = 0; i < options.ports().size(); i++) {
            nodes.add(NodeProcess.start(options.node(i)));
        }
        return new LocalNodes(List.copyOf(nodes));
    }

    /** All of them, the dead ones too. */
    public List<NodeProcess> all() {
        return nodes;
    }

    /** One of them, counted from 0. */
    public NodeProcess get(int index) {
        return nodes.get(index);
    }

    /** Waits until all are ready, which includes that each sees all of them. */
    public void awaitReady(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        nodes.forEach(node -> node.awaitReady(Duration.ofNanos(deadline - System.nanoTime())));
    }

    /** SIGTERM to all at once, SIGKILL to those that are still there after the time; returns those. */
    public List<ChildProcess> stop(Duration limit) {
        return ChildProcess.stopAll(nodes.stream().map(NodeProcess::process).toList(), limit);
    }

    /** Stops all at once; paused ones are killed at the end. */
    @Override
    public void close() {
        stop(Duration.ofSeconds(10));
    }
}
