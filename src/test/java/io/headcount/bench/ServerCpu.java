package io.headcount.bench;

import io.headcount.dev.EmbeddedRedisCluster;
import io.headcount.dev.SharedServers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** CPU that nodes, Redis' masters and replicas, and MySQL took since it was made. */
final class ServerCpu {
    private final List<Long> nodes;
    private final List<Long> masters = new ArrayList<>();
    private final List<Long> replicas = new ArrayList<>();
    private final long mysql = SharedServers.mysql().pid();
    private final long nodesBefore;
    private final long mastersBefore;
    private final long replicasBefore;
    private final long mysqlBefore;

    ServerCpu(List<Long> nodes) {
        this.nodes = nodes;
        EmbeddedRedisCluster redis = SharedServers.redis();
        Set<Integer> leading = Set.copyOf(redis.masters());
        for (int i = 0; i < EmbeddedRedisCluster.SIZE; i++) {
            (leading.contains(i) ? masters : replicas).add(redis.pid(i));
        }
        nodesBefore = Proc.cpuMicros(nodes);
        mastersBefore = Proc.cpuMicros(masters);
        replicasBefore = Proc.cpuMicros(replicas);
        mysqlBefore = Proc.cpuMicros(mysql);
    }

    /** Microseconds, as are the others. */
    long nodes() {
        return Proc.cpuMicros(nodes) - nodesBefore;
    }

    long masters() {
        return Proc.cpuMicros(masters) - mastersBefore;
    }

    long replicas() {
        return Proc.cpuMicros(replicas) - replicasBefore;
    }

    long mysql() {
        return Proc.cpuMicros(mysql) - mysqlBefore;
    }
}
