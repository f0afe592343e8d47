package io.headcount.bench;

import io.headcount.bench.InjectedNodes.Count;
import io.headcount.dev.NodeProcess;
import io.headcount.dev.SharedServers;
import io.headcount.gateway.Population;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongPredicate;

/**
 * A million viewers at once: sessions injected into four node processes, 10,000 streams after Zipf, 1.15 tabs a user, so
 * that many a user's tabs are on different nodes. Then one of the nodes is killed.
 */
final class MillionScenario implements Scenario {
    private static final int NODES = 4;
    private static final int STREAMS = 10_000;
    private static final int RATE = 10_000;
    private static final int READS = 1_000;
    private static final double EXACT_WITHIN_SECONDS = 15;

    @Override
    public String name() {
        return "million";
    }

    @Override
    public String about() {
        return "1,000,000 sessions at once over " + NODES + " nodes and 10,000 streams; then a node is killed";
    }

    @Override
    public void run(BenchRun run) throws Exception {
        int sessions = run.quick() ? 200_000 : 1_000_000;
        Map<String, String> settings = Map.of("NODE_FLAGS", "-Xmx1200m");
        try (InjectedNodes nodes = InjectedNodes.start(NODES, settings)) {
            Jdk jdk = Jdk.running();
            long heapBefore = jdk.liveBytes(nodes.pid());
            long redisBefore = redisBytes();
            fill(run, nodes, sessions);
            run.figure(
                    "heap a session (of the first node; a socket's channel is not in it)",
                    "bytes",
                    (double) (jdk.liveBytes(nodes.pid()) - heapBefore) * NODES / sessions);
            run.figure("Redis masters, bytes a session", "bytes", (double) (redisBytes() - redisBefore) / sessions);
            hold(run, nodes, sessions);
            reads(run, nodes);
            kill(run, nodes, sessions);
        } finally {
            SharedServers.redis().flushAll();
        }
    }

    private static void fill(BenchRun run, InjectedNodes nodes, int sessions) throws Exception {
        int each = sessions / NODES;
        long started = System.nanoTime();
        nodes.askAll("fill %d " + NODES + " " + each + " " + STREAMS + " " + RATE / NODES);
        run.figure("sessions opened", "", (double) sessions);
        run.figure("time to open them, at " + RATE + " a second", "s", seconds(started));
        long filled = System.nanoTime();
        NodeProcess asked = nodes.nodes().get(1);
        int differences = nodes.differences(asked, truth(sessions, session -> true), Duration.ofSeconds(60));
        run.limit("streams whose count is not exact, of " + STREAMS, "", 0.0, null, (double) differences);
        run.figure("exact after the last was opened", "s", seconds(filled));
        double p99 = 0;
        for (Map<String, String> status : nodes.askAll("status")) {
            p99 = Math.max(p99, Double.parseDouble(status.get("welcomeP99Millis")));
        }
        run.figure("join until welcome, p99 of the slowest node", "ms", p99);
    }

    /** Nothing but heartbeats and signs of life. */
    private static void hold(BenchRun run, InjectedNodes nodes, int sessions) throws InterruptedException {
        int seconds = run.quick() ? 20 : 40;
        BenchRun.hold(10);
        ServerCpu cpu = new ServerCpu(nodes.pids());
        BenchRun.hold(seconds);
        double million = 1e6 / sessions / seconds / 1e6;
        run.figure("idle, a million sessions: nodes", "cores", cpu.nodes() * million);
        run.figure("idle, a million sessions: Redis masters", "cores", cpu.masters() * million);
        run.figure("idle, a million sessions: Redis replicas", "cores", cpu.replicas() * million);
        run.figure("idle, a million sessions: MySQL", "cores", cpu.mysql() * million);
    }

    private static void reads(BenchRun run, InjectedNodes nodes) throws IOException, InterruptedException {
        NodeProcess node = nodes.nodes().get(2);
        Random random = new Random(1);
        double[] counts = new double[READS];
        double[] rankings = new double[READS / 5];
        for (int i = 0; i < READS; i++) {
            String stream = Population.name(random.nextInt(STREAMS));
            counts[i] = millis(node, "/v1/streams/" + stream + "/viewers");
            if (i % 5 == 0) {
                rankings[i / 5] = millis(node, "/v1/rankings?limit=100");
            }
        }
        run.figure("a count over HTTP, median", "ms", percentile(counts, 50));
        run.figure("a count over HTTP, p99", "ms", percentile(counts, 99));
        run.figure("a ranking's first 100 over HTTP, median", "ms", percentile(rankings, 50));
        run.limit("a ranking's first 100 over HTTP, p99", "ms", 20.0, null, percentile(rankings, 99));
        JsonObject first = InjectedNodes.get(node, "/v1/rankings?limit=1")
                .getJsonArray("items")
                .getJsonObject(0);
        run.say("    on top: " + first.encode());
    }

    private static double millis(NodeProcess node, String path) throws IOException, InterruptedException {
        long started = System.nanoTime();
        InjectedNodes.get(node, path);
        return (System.nanoTime() - started) / 1e6;
    }

    private static double percentile(double[] values, double percent) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(sorted.length * percent / 100))];
    }

    private static void kill(BenchRun run, InjectedNodes nodes, int sessions) throws Exception {
        // Which line leads to which node is not said; the truth of those who stay depends on it.
        int line = nodes.kill();
        long killed = System.nanoTime();
        Map<String, Count> truth = truth(sessions, session -> session % NODES != line);
        NodeProcess alive = nodes.nodes().all().stream()
                .filter(NodeProcess::isAlive)
                .findFirst()
                .orElseThrow();
        int differences = nodes.differences(alive, truth, Duration.ofSeconds(90));
        run.limit("streams not exact after a node was killed", "", 0.0, null, (double) differences);
        run.limit(
                "a node of " + sessions / NODES + " sessions killed: exact after",
                "s",
                EXACT_WITHIN_SECONDS,
                null,
                seconds(killed));
    }

    /** What the counts of all streams have to be, when the sessions are there that a test lets pass. */
    private static Map<String, Count> truth(int sessions, LongPredicate there) {
        Population population = new Population(STREAMS);
        long[] tabs = new long[STREAMS];
        Map<Integer, Set<Long>> users = new HashMap<>();
        for (long session = 0; session < sessions; session++) {
            if (there.test(session)) {
                long user = Population.userOf(session);
                int stream = population.streamOf(user);
                tabs[stream]++;
                users.computeIfAbsent(stream, id -> new HashSet<>()).add(user);
            }
        }
        Map<String, Count> truth = new HashMap<>();
        for (int stream = 0; stream < STREAMS; stream++) {
            Set<Long> watching = users.getOrDefault(stream, Set.of());
            truth.put(Population.name(stream), new Count(watching.size(), tabs[stream]));
        }
        return truth;
    }

    private static long redisBytes() throws IOException {
        long bytes = 0;
        for (int master : List.copyOf(SharedServers.redis().masters())) {
            String info = SharedServers.redis().call(master, "INFO", "memory").toString();
            bytes += info.lines()
                    .filter(text -> text.startsWith("used_memory:"))
                    .mapToLong(text -> Long.parseLong(text.substring(12).strip()))
                    .findFirst()
                    .orElseThrow();
        }
        return bytes;
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }
}
