package io.headcount.dev;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Makes a cluster of six empty servers, and says whether a cluster is whole. */
final class RedisClusterForming {
    private static final int MASTERS = 3;
    private static final int SLOTS = 16_384;

    private final EmbeddedRedisCluster cluster;

    RedisClusterForming(EmbeddedRedisCluster cluster) {
        this.cluster = cluster;
    }

    /** Slots to 0, 1, 2; replica i + 3 to master i. */
    void form() throws IOException {
        int size = EmbeddedRedisCluster.SIZE;
        for (int i = 0; i < size; i++) {
            // Different epochs from the start: otherwise the servers take time to settle whose claim is newer.
            cluster.call(i, "CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            if (i < MASTERS) {
                String first = Integer.toString(SLOTS * i / MASTERS);
                String last = Integer.toString(SLOTS * (i + 1) / MASTERS - 1);
                cluster.call(i, "CLUSTER", "ADDSLOTSRANGE", first, last);
            }
        }
        for (int i = 0; i < size; i++) {
            for (int other = i + 1; other < size; other++) {
                // Everybody meets everybody: quicker than to wait for gossip.
                String port = Integer.toString(cluster.port(other));
                cluster.call(i, "CLUSTER", "MEET", "127.0.0.1", port, Integer.toString(cluster.busPort(other)));
            }
        }
        for (int i = 0; i < MASTERS; i++) {
            String master = (String) cluster.call(i, "CLUSTER", "MYID");
            replicate(i + MASTERS, master);
        }
    }

    private void replicate(int replica, String master) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            try {
                cluster.call(replica, "CLUSTER", "REPLICATE", master);
                return;
            } catch (RespClient.RespException e) {
                // "Unknown node": the two have not shaken hands yet.
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Pause.millis(20);
            }
        }
    }

    /** As {@link EmbeddedRedisCluster#awaitHealthy}. */
    void awaitHealthy(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        List<String> amiss = amiss();
        while (!amiss.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the Redis Cluster is not whole after " + limit.toSeconds() + " s: "
                        + String.join("; ", amiss));
            }
            Pause.millis(20);
            amiss = amiss();
        }
    }

    private List<String> amiss() {
        List<String> amiss = new ArrayList<>();
        IntStream.range(0, EmbeddedRedisCluster.SIZE).forEach(i -> {
            try {
                String problem = problemOf(i);
                if (!problem.isEmpty()) {
                    amiss.add(cluster.process(i).name() + ": " + problem);
                }
            } catch (IOException e) {
                amiss.add(cluster.process(i).name() + ": " + e.getMessage());
            }
        });
        return amiss;
    }

    private String problemOf(int server) throws IOException {
        String info = (String) cluster.call(server, "CLUSTER", "INFO");
        if (!info.contains("cluster_state:ok") || !info.contains("cluster_slots_ok:" + SLOTS)) {
            return "not all slots are served";
        }
        List<String> nodes =
                ((String) cluster.call(server, "CLUSTER", "NODES")).lines().toList();
        long masters =
                nodes.stream().filter(RedisClusterForming::isServingMaster).count();
        long replicas = nodes.stream().filter(node -> has(node, "slave")).count();
        if (masters != MASTERS || replicas != EmbeddedRedisCluster.SIZE - MASTERS) {
            return "knows " + masters + " masters and " + replicas + " replicas";
        }
        if (nodes.stream().anyMatch(node -> node.contains(" disconnected") || node.contains("fail"))) {
            return "misses a peer";
        }
        String replication = (String) cluster.call(server, "INFO", "replication");
        boolean linked = replication.contains("role:master") || replication.contains("master_link_status:up");
        return linked ? "" : "has no link to its master";
    }

    private static boolean isServingMaster(String node) {
        // ID address flags master ping pong epoch link slot…
        return has(node, "master") && node.split(" ", -1).length > 8;
    }

    private static boolean has(String node, String flag) {
        return ("," + node.split(" ", -1)[2] + ",").contains("," + flag + ",");
    }
}
