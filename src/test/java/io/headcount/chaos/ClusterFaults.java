package io.headcount.chaos;

import io.headcount.dev.EmbeddedRedisCluster;
import io.headcount.dev.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What operators do to the Redis Cluster, and a zone that is lost with a part of it. */
final class ClusterFaults {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration FAILOVER_WITHIN = Duration.ofSeconds(40);
    private static final double CHURN_PER_SECOND = 60;
    private static final int ZONES_NODE = 2;
    private static final int STREAMS_MOVED = 4;

    private ClusterFaults() {}

    static List<Fault> all() {
        return List.of(
                Fault.of(
                        "failover-and-slots",
                        "CLUSTER FAILOVER, and slots moved, under load",
                        "0 errors seen by viewers",
                        ClusterFaults::failoverAndSlots),
                Fault.of(
                        "zone",
                        "a zone: one master, another shard's replica and a node, at once",
                        "exact <= failover time + 15 s",
                        ClusterFaults::zone));
    }

    /** To be the last one: the cluster is a larger one afterwards. */
    static List<Fault> last() {
        return List.of(Fault.of(
                "shard-added",
                "a fourth master and replica added, slots moved to them, under load",
                "0 errors seen by viewers",
                ClusterFaults::shardAdded));
    }

    private static void failoverAndSlots(Scene scene, Findings findings) throws IOException {
        EmbeddedRedisCluster redis = scene.redis();
        scene.crowds().churn(CHURN_PER_SECOND);
        for (int master : redis.masters()) {
            int replica = RedisState.replicaOf(redis, master);
            long at = System.nanoTime();

            redis.call(replica, "CLUSTER", "FAILOVER");

            findings.check(
                    RedisState.awaitMaster(redis, replica, at, FAILOVER_WITHIN) >= 0, "a replica took over when asked");
            Scene.pause(2_000);
        }
        List<Integer> masters = redis.masters();
        try (Slots slots = new Slots(redis)) {
            int moved = 0;
            for (String stream : scene.oracle().streams().subList(0, STREAMS_MOVED)) {
                int from = redis.masterOf("{" + stream + "}");
                int to = masters.get((masters.indexOf(from) + 1) % masters.size());
                moved += slots.move(slots.slotOf(stream), from, to);
            }
            findings.note("the slots of " + STREAMS_MOVED + " streams moved, " + moved + " keys");
        }
        endQuietly(scene, findings);
    }

    private static void endQuietly(Scene scene, Findings findings) {
        Scene.pause(3_000);
        scene.crowds().churn(0);
        long at = System.nanoTime();
        findings.exact(findings.watch().awaitExact(at, PATIENCE), 5_000);
        findings.silentErrorAtMost(0);
        findings.noErrorsSeen();
        findings.check(findings.watch().unanswered() == 0, findings.watch().unanswered() + " questions unanswered");
    }

    private static void zone(Scene scene, Findings findings) {
        EmbeddedRedisCluster redis = scene.redis();
        int master = redis.masters().get(0);
        int replica = RedisState.replicaOf(redis, master);
        int othersReplica = RedisState.replicaOf(redis, redis.masters().get(1));
        findings.watch().excuse(ZONES_NODE);

        long at = System.nanoTime();
        redis.kill(master);
        redis.kill(othersReplica);
        scene.node(ZONES_NODE).kill();

        long failover = RedisState.awaitMaster(redis, replica, at, FAILOVER_WITHIN);
        findings.check(failover >= 0, "a replica was promoted");
        findings.note("promoted after " + Findings.seconds(failover));
        findings.exact(findings.watch().awaitExact(at, PATIENCE), failover + 15_000);
    }

    private static void shardAdded(Scene scene, Findings findings) throws IOException {
        EmbeddedRedisCluster redis = scene.redis();
        scene.crowds().churn(CHURN_PER_SECOND);
        List<Integer> masters = redis.masters();
        List<Integer> spare = scene.network().spareRedisPorts();

        int master = redis.grow(spare.get(0), Ports.pick());
        int replica = redis.grow(spare.get(1), Ports.pick());
        try (Slots slots = new Slots(redis)) {
            slots.meet(master);
            slots.meet(replica);
            slots.replicate(replica, master);
            int moved = 0;
            for (int from : masters) {
                List<Integer> some = new ArrayList<>(slots.of(from));
                moved += slots.move(some.subList(0, some.size() / (masters.size() + 1)), from, master);
            }
            findings.note("a quarter of all slots moved, " + moved + " keys");
        }
        RedisState.awaitWhole(redis, PATIENCE);
        endQuietly(scene, findings);
    }
}
