package io.headcount.chaos;

import io.headcount.dev.EmbeddedRedisCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What the Redis Cluster says of itself. */
final class RedisState {
    private static final String ALL_SLOTS = "16384";

    private RedisState() {}

    /**
     * Waits until all servers that there are agree that all slots are served, and all replicas follow.
     *
     * @throws IllegalStateException when it takes longer
     */
    static void awaitWhole(EmbeddedRedisCluster redis, Duration limit) {
        if (!Scene.await(() -> whole(redis), limit)) {
            throw new IllegalStateException("the Redis Cluster is not whole after " + limit.toSeconds() + " s");
        }
    }

    private static boolean whole(EmbeddedRedisCluster redis) {
        for (int server = 0; server < redis.processes().size(); server++) {
            try {
                String info = (String) redis.call(server, "CLUSTER", "INFO");
                String nodes = (String) redis.call(server, "CLUSTER", "NODES");
                String replication = (String) redis.call(server, "INFO", "replication");
                boolean linked = replication.contains("role:master") || replication.contains("master_link_status:up");
                if (!info.contains("cluster_state:ok")
                        || !info.contains("cluster_slots_ok:" + ALL_SLOTS)
                        || nodes.contains("fail")
                        || nodes.contains(" disconnected")
                        || !linked) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    /** The server that replicates a master; -1 when none does. */
    static int replicaOf(EmbeddedRedisCluster redis, int master) {
        for (int server = 0; server < redis.processes().size(); server++) {
            if (server != master && redis.process(server).isAlive() && follows(redis, server, redis.port(master))) {
                return server;
            }
        }
        return -1;
    }

    private static boolean follows(EmbeddedRedisCluster redis, int server, int masterPort) {
        try {
            List<?> role = (List<?>) redis.call(server, "ROLE");
            return role.get(0).equals("slave") && ((Long) role.get(2)).intValue() == masterPort;
        } catch (IOException e) {
            // It does not answer, so it cannot be used.
            return false;
        }
    }

    /** Waits until a server is a master; returns the milliseconds since {@code from}, -1 when it did not become one. */
    static long awaitMaster(EmbeddedRedisCluster redis, int server, long from, Duration limit) {
        return Scene.await(() -> redis.role(server).equals("master"), limit)
                ? (System.nanoTime() - from) / 1_000_000
                : -1;
    }
}
