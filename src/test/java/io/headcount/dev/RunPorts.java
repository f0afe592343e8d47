package io.headcount.dev;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which ports {@code scripts/run} uses. All follow from one, P, so that a number is where it was yesterday; node i
 * (from 0) has
 *
 * <pre>
 * P + 100 i        public
 * P + 100 i + 1    management
 * P + 100 i + 2    Hazelcast
 * P + 100 i + 3    event bus
 * </pre>
 *
 * and the servers that all nodes share
 *
 * <pre>
 * P + 11 … P + 16  Redis
 * P + 21 … P + 26  Redis' cluster bus
 * P + 31           MySQL
 * </pre>
 *
 * A public or management port that is taken is an error, since people type it; any other is replaced by a free one.
 */
final class RunPorts {
    private static final int STEP = 100;
    private static final int REDIS = 11;
    private static final int REDIS_BUS = 21;
    private static final int MYSQL = 31;
    private static final int HIGHEST = 65_535;

    private final List<String> replaced = new ArrayList<>();
    private final List<NodePorts> nodes = new ArrayList<>();
    private final List<Integer> redis;
    private final List<Integer> redisBus;
    private final int mysql;

    /**
     * Chooses and claims.
     *
     * @throws IllegalStateException when a port that people type is taken
     */
    RunPorts(int first, int nodeCount) {
        if (first + highestOffset(nodeCount) > HIGHEST) {
            throw new IllegalStateException("--port " + first + " is too high for " + nodeCount
                    + " nodes: the highest is " + (HIGHEST - highestOffset(nodeCount)));
        }
        List<Integer> taken = IntStream.range(0, nodeCount)
                .flatMap(i -> IntStream.of(first + STEP * i, first + STEP * i + 1))
                .filter(port -> !Ports.claim(port))
                .boxed()
                .toList();
        if (!taken.isEmpty()) {
            throw new IllegalStateException((taken.size() == 1 ? "port " : "ports ")
                    + String.join(", ", taken.stream().map(String::valueOf).toList())
                    + (taken.size() == 1 ? " is" : " are")
                    + " taken by another process (ss -ltnp shows which); stop it, or choose another port: "
                    + "scripts/run --port " + freeInstead(first, nodeCount));
        }
        for (int i = 0; i < nodeCount; i++) {
            int base = first + STEP * i;
            nodes.add(new NodePorts(base, base + 1, choose(base + 2, "Hazelcast"), choose(base + 3, "the event bus")));
        }
        redis = choose(first + REDIS, EmbeddedRedisCluster.SIZE, "Redis");
        redisBus = choose(first + REDIS_BUS, EmbeddedRedisCluster.SIZE, "Redis' cluster bus");
        mysql = choose(first + MYSQL, "MySQL");
    }

    List<NodePorts> nodes() {
        return nodes;
    }

    List<Integer> redis() {
        return redis;
    }

    List<Integer> redisBus() {
        return redisBus;
    }

    int mysql() {
        return mysql;
    }

    /** A line for each port that is not where it usually is. */
    List<String> replaced() {
        return replaced;
    }

    private static int highestOffset(int nodeCount) {
        return STEP * (nodeCount - 1) + MYSQL;
    }

    private List<Integer> choose(int from, int count, String what) {
        return IntStream.range(from, from + count)
                .mapToObj(port -> choose(port, what))
                .toList();
    }

    private int choose(int wanted, String what) {
        if (Ports.claim(wanted)) {
            return wanted;
        }
        int port = Ports.pick();
        replaced.add("port " + wanted + " is taken; " + what + " uses " + port + " instead");
        return port;
    }

    private static int freeInstead(int first, int nodeCount) {
        return IntStream.iterate(
                        first + 1_000, port -> port + highestOffset(nodeCount) <= HIGHEST, port -> port + 1_000)
                .filter(port -> IntStream.range(0, nodeCount)
                        .allMatch(i -> Ports.isFree(port + STEP * i) && Ports.isFree(port + STEP * i + 1)))
                .findFirst()
                .orElse(18_080);
    }
}
