package io.headcount.chaos;

import io.headcount.chaos.Oracle.Regard;
import io.headcount.dev.EmbeddedMySql;
import io.headcount.dev.EmbeddedRedisCluster;
import io.headcount.dev.NodePorts;
import io.headcount.dev.NodeProcess;
import io.headcount.dev.Ports;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Everything that a fault can break, and those who look on. */
final class Scene implements AutoCloseable {
    static final int NODES = 3;
    private static final int CROWDS = 3;
    private static final int STREAMS = 30;
    private static final int NODE_TIMEOUT_MILLIS = 5_000;
    private static final Duration READY_WITHIN = Duration.ofMinutes(2);

    private final Options options;
    private final EmbeddedRedisCluster redis;
    private final EmbeddedMySql mysql;
    private final Network network;
    private final NodeLauncher launcher;
    private final NodeProcess[] nodes = new NodeProcess[NODES];
    private final Instant[] launchedAt = new Instant[NODES];
    private final Set<Integer> altered = new HashSet<>();
    private final Oracle oracle;
    private final Crowds crowds;
    private final Sampler sampler;

    /**
     * How large, and how patient.
     *
     * @param folder data and logs of the servers
     * @param viewers users over all streams
     * @param hold for so long all has to be right until it counts as exact
     * @param quick shortens outages of a minute to some seconds
     */
    record Options(Path folder, int viewers, Duration hold, boolean quick) {}

    private Scene(Options options) {
        this.options = options;
        Path folder = options.folder();
        List<Integer> redisPorts = Ports.pick(EmbeddedRedisCluster.SIZE);
        redis = EmbeddedRedisCluster.start(new EmbeddedRedisCluster.Options(
                folder.resolve("redis"),
                folder,
                redisPorts,
                Ports.pick(EmbeddedRedisCluster.SIZE),
                NODE_TIMEOUT_MILLIS,
                false,
                "KILL"));
        mysql = EmbeddedMySql.start(EmbeddedMySql.Options.forTests(folder.resolve("mysql")));
        List<NodePorts> ports =
                IntStream.range(0, NODES).mapToObj(i -> NodePorts.pick()).toList();
        network = new Network(redisPorts, mysql.port(), ports);
        launcher = new NodeLauncher(redis, mysql, network, ports, folder);
        launcher.migrate();
        for (int i = 0; i < NODES; i++) {
            nodes[i] = NodeProcess.start(launcher.options(i));
            network.know(i, nodes[i]);
        }
        awaitNodes();
        List<String> streams =
                IntStream.range(0, STREAMS).mapToObj(i -> "chaos-" + i).toList();
        oracle = new Oracle(streams, NODES, CROWDS);
        List<Integer> publicPorts = ports.stream().map(NodePorts::http).toList();
        crowds = Crowds.start(new CrowdPlan(CROWDS, System.nanoTime(), publicPorts, streams), oracle, folder);
        List<URI> urls = List.of(nodes).stream().map(NodeProcess::publicUrl).toList();
        sampler = new Sampler(oracle, urls);
        sampler.start();
    }

    static Scene start(Options options) {
        return new Scene(options);
    }

    Options options() {
        return options;
    }

    EmbeddedRedisCluster redis() {
        return redis;
    }

    EmbeddedMySql mysql() {
        return mysql;
    }

    Network network() {
        return network;
    }

    NodeProcess node(int index) {
        return nodes[index];
    }

    Oracle oracle() {
        return oracle;
    }

    Crowds crowds() {
        return crowds;
    }

    /** A long outage in its full or its short length. */
    Duration outage(int seconds) {
        return Duration.ofSeconds(options.quick() ? Math.max(5, seconds / 10) : seconds);
    }

    /** Begins to look. */
    Watch watch() {
        Watch watch = new Watch(oracle, NODES, options.hold());
        sampler.add(watch);
        return watch;
    }

    void unwatch(Watch watch) {
        sampler.remove(watch);
    }

    /**
     * Brings everything back to where a fault can begin: all processes there, all viewers at home, nothing under way, and
     * all counts exact.
     *
     * @throws IllegalStateException saying what is amiss
     */
    void recover() {
        network.heal();
        crowds.churn(0);
        for (int crowd = 0; crowd < crowds.count(); crowd++) {
            crowds.process(crowd).resume();
            oracle.regardCrowd(crowd, Regard.COUNTS);
        }
        for (int server = 0; server < redis.processes().size(); server++) {
            if (!redis.process(server).isAlive()) {
                redis.restart(server);
            } else {
                redis.resume(server);
            }
        }
        if (!mysql.process().isAlive()) {
            mysql.restart();
        }
        for (int i = 0; i < NODES; i++) {
            if (altered.remove(i)) {
                launch(i, Map.of());
            } else if (!nodes[i].isAlive()) {
                nodes[i].restart();
            } else {
                nodes[i].resume();
            }
            oracle.regard(i, Regard.COUNTS);
        }
        RedisState.awaitWhole(redis, Duration.ofSeconds(60));
        awaitNodes();
        crowds.size(options.viewers());
        crowds.home();
        settle(Duration.ofMinutes(2));
        Watch watch = new Watch(oracle, NODES, Duration.ofSeconds(3));
        sampler.add(watch);
        long exact = watch.awaitExact(System.nanoTime(), Duration.ofSeconds(100));
        sampler.remove(watch);
        if (exact < 0) {
            throw new IllegalStateException("the counts were not exact before it: " + watch.why());
        }
    }

    /** Stops nodes in order and starts them with more environment, until the next row; waits until all is well. */
    void relaunch(Map<Integer, Map<String, String>> environments) {
        environments.forEach(this::launch);
        recover();
        altered.addAll(environments.keySet());
    }

    private void launch(int node, Map<String, String> environment) {
        nodes[node].stop();
        launchedAt[node] = Instant.now();
        nodes[node] = NodeProcess.start(launcher.options(node, environment));
        network.know(node, nodes[node]);
    }

    /** When a node was last relaunched, by this process' wall clock. */
    Instant launchedAt(int node) {
        return launchedAt[node];
    }

    /** Whether every node is ready, which includes that it sees all the others. */
    boolean together() {
        return Stream.of(nodes).allMatch(NodeProcess::isReady);
    }

    /** Waits until nothing is under way at any crowd. */
    void settle(Duration limit) {
        if (!await(oracle::settled, limit)) {
            throw new IllegalStateException("the viewers do not settle; the last failure: " + oracle.lastFailure());
        }
    }

    /** Waits for something; false when it was not so in time. */
    static boolean await(BooleanSupplier condition, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            pause(20);
        }
        return true;
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    static void pause(Duration time) {
        pause(time.toMillis());
    }

    @Override
    public void close() {
        sampler.close();
        crowds.close();
        for (NodeProcess node : nodes) {
            node.kill();
        }
        network.close();
        redis.close();
        mysql.close();
    }

    private void awaitNodes() {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        for (NodeProcess node : nodes) {
            // A node gives up where Redis does not answer within a second; on a machine that is too busy that happens.
            if (!Scene.await(() -> node.isReady() || !node.isAlive(), READY_WITHIN) || !node.isAlive()) {
                node.restart();
            }
            node.awaitReady(Duration.ofNanos(deadline - System.nanoTime()));
        }
    }
}
