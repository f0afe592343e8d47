package io.headcount.store.redis;

import static io.headcount.store.redis.Routers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.dev.EmbeddedRedisCluster;
import io.headcount.dev.SharedServers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real processes, real signals, under a steady load on all three shards. Each test has a cluster of its own. */
class RedisRouterFaultsIT {
    private static final int CALL_TIMEOUT_MILLIS = 1_000;
    // The deadlines' tick, and a machine that runs other things too.
    private static final int SLACK_MILLIS = 200;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger topologyChanges = new AtomicInteger();
    private EmbeddedRedisCluster cluster;
    private Vertx vertx;
    private RedisRouter router;
    /** A key on each of the servers 0 to 2, which are masters at first. */
    private List<String> keys;

    @BeforeEach
    void start() throws Exception {
        cluster = EmbeddedRedisCluster.start(
                EmbeddedRedisCluster.Options.forTests(SharedServers.newFolder("router-faults")));
        vertx = Vertx.vertx();
        router = await(RedisRouter.open(vertx, Routers.config(cluster.endpoints(), Map.of()), registry));
        router.onLoss(keys -> topologyChanges.incrementAndGet());
        keys = List.of(
                Routers.keyOn(cluster, 0, "load"),
                Routers.keyOn(cluster, 1, "load"),
                Routers.keyOn(cluster, 2, "load"));
    }

    @AfterEach
    void stop() throws Exception {
        await(router.close());
        await(vertx.close());
        cluster.close();
    }

    @Test
    void losesNoCallToAKilledReplica() throws Exception {
        try (RouterLoad load = new RouterLoad(vertx, router, keys)) {
            untilReadsGoToReplicas();

            cluster.kill(Routers.replicaOf(cluster, 0));

            moreOf(load, keys, 1_500);
            assertNoFailure(load, keys);
            cluster.kill(Routers.replicaOf(cluster, 1));
            moreOf(load, keys, 1_500);
            assertNoFailure(load, keys);
        }
    }

    @Test
    void losesNoReadToAFrozenReplica() throws Exception {
        try (RouterLoad load = new RouterLoad(vertx, router, keys)) {
            untilReadsGoToReplicas();

            cluster.pause(Routers.replicaOf(cluster, 0));

            moreOf(load, keys, 2_000);
            assertNoFailure(load, keys);
            assertThat(load.slowestMillis()).isLessThan(CALL_TIMEOUT_MILLIS / 2 + SLACK_MILLIS);
        }
    }

    @Test
    void aKilledMasterCostsOnlyItsOwnShardUntilItsReplicaIsPromoted() throws Exception {
        List<String> others = keys.subList(1, 3);
        try (RouterLoad load = new RouterLoad(vertx, router, keys)) {
            moreOf(load, keys, 500);

            cluster.kill(0);

            patiently().until(() -> load.failures(keys.get(0)) > 0);
            assertThat(router.writableSince(keys.get(0), 0)).isFalse();
            patiently().until(() -> topologyChanges.get() > 0);
            moreOf(load, keys, 1_000);
            assertNoFailure(load, others);
            assertThat(load.lastFailure())
                    .isInstanceOf(RedisUnavailableException.class)
                    .hasMessageContaining("127.0.0.1:" + cluster.port(0));
            assertThat(load.slowestMillis()).isLessThan(CALL_TIMEOUT_MILLIS + SLACK_MILLIS);
            assertThat(router.reachable()).isTrue();
            assertThat(router.writableSince(keys.get(0), 60_000)).isFalse();
        }
    }

    @Test
    void usesTheOldMasterAgainWhenItComesBackAsAReplica() throws Exception {
        try (RouterLoad load = new RouterLoad(vertx, router, keys)) {
            cluster.kill(0);
            patiently().until(() -> topologyChanges.get() > 0);
            moreOf(load, keys, 100);
            int failed = load.failures(keys.get(0));

            cluster.restart(0);
            cluster.awaitHealthy(Duration.ofSeconds(30));

            moreOf(load, keys, 1_000);
            assertThat(load.failures(keys.get(0))).isEqualTo(failed);
            int promoted = cluster.masterOf(keys.get(0));
            cluster.kill(promoted);
            patiently().until(() -> topologyChanges.get() > 1);
            moreOf(load, keys, 100);
            assertThat(cluster.masterOf(keys.get(0))).isZero();
        }
    }

    @Test
    void worksAgainWithAMasterThatRestartsAtItsAddressAndSaysThatDataMayBeLost() throws Exception {
        cluster.kill(Routers.replicaOf(cluster, 0));
        try (RouterLoad load = new RouterLoad(vertx, router, keys)) {
            moreOf(load, keys, 200);

            cluster.kill(0);
            cluster.restart(0);

            patiently().until(() -> topologyChanges.get() > 0);
            moreOf(load, keys, 200);
            patiently().until(router::reachable);
            assertNoFailure(load, keys.subList(1, 3));
        }
    }

    @Test
    void nobodyWaitsLongerThanTheDeadlineForAFrozenMaster() throws Exception {
        List<String> others = keys.subList(1, 3);
        try (RouterLoad load = new RouterLoad(vertx, router, keys)) {
            moreOf(load, keys, 500);

            cluster.pause(0);

            patiently().until(() -> load.failures(keys.get(0)) > 0);
            moreOf(load, others, 1_000);
            patiently()
                    .until(() -> registry.get("headcount.redis.connections.lost")
                                    .counter()
                                    .count()
                            > 0);
            patiently().until(() -> topologyChanges.get() > 0);
            moreOf(load, keys, 1_000);
            cluster.resume(0);
            moreOf(load, keys, 1_000);
            assertNoFailure(load, others);
            load.end();
            patiently().until(() -> load.pending() == 0);
            assertThat(load.slowestMillis()).isLessThan(CALL_TIMEOUT_MILLIS + SLACK_MILLIS);
        }
    }

    @Test
    void refusesAtOnceWhatIsAboveTheCap() throws Exception {
        RedisRouter small = await(RedisRouter.open(
                vertx, Routers.config(cluster.endpoints(), Map.of("maxInFlight", 10)), new SimpleMeterRegistry()));
        cluster.pause(0);

        List<Future<Response>> calls = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            calls.add(small.write(keys.get(0), Request.cmd(Command.INCR).arg(keys.get(0))));
        }

        Awaitility.await()
                .atMost(Duration.ofMillis(CALL_TIMEOUT_MILLIS / 2))
                .until(() -> calls.stream().filter(Future::failed).count() >= 20);
        assertThat(calls.get(29).cause())
                .isInstanceOf(RedisBusyException.class)
                .hasMessageContaining("redis.maxInFlight");
        await(small.write(keys.get(1), Request.cmd(Command.INCR).arg(keys.get(1))));
        cluster.resume(0);
        await(small.close());
    }

    @Test
    void followsASlotOnItsWayToAnotherMasterWithoutAFailure() throws Exception {
        String tag = keys.get(0).substring(keys.get(0).indexOf('{'));
        String left = "left:" + tag;
        await(router.write(left, Request.cmd(Command.SET).arg(left).arg("stays")));
        try (RouterLoad load = new RouterLoad(vertx, router, keys)) {
            moreOf(load, keys, 200);
            String slot = Integer.toString(SlotTable.slotOf(tag));
            String source = (String) cluster.call(0, "CLUSTER", "MYID");
            String target = (String) cluster.call(1, "CLUSTER", "MYID");

            cluster.call(1, "CLUSTER", "SETSLOT", slot, "IMPORTING", source);
            cluster.call(0, "CLUSTER", "SETSLOT", slot, "MIGRATING", target);
            migrate(keys.get(0));
            migrate(keys.get(0) + ":list");
            moreOf(load, keys, 500);
            assertThat(redirections("ask")).isPositive();
            assertThat(await(router.write(left, Request.cmd(Command.GET).arg(left))))
                    .hasToString("stays");

            migrateTheRest(slot);
            cluster.call(1, "CLUSTER", "SETSLOT", slot, "NODE", target);
            cluster.call(0, "CLUSTER", "SETSLOT", slot, "NODE", target);
            moreOf(load, keys, 500);
            assertThat(await(router.write(left, Request.cmd(Command.GET).arg(left))))
                    .hasToString("stays");
            assertThat(redirections("moved")).isPositive();
            patiently().until(() -> {
                double before = redirections("moved");
                moreOf(load, keys, 100);
                return redirections("moved") == before;
            });
            assertNoFailure(load, keys);
            assertThat(topologyChanges).hasValue(0);
        }
    }

    @Test
    void followsAFailoverThatAnOperatorAsksForWithoutAFailedCall() throws Exception {
        try (RouterLoad load = new RouterLoad(vertx, router, keys)) {
            moreOf(load, keys, 500);

            int promoted = Routers.replicaOf(cluster, 0);
            cluster.call(promoted, "CLUSTER", "FAILOVER");
            patiently().until(() -> topologyChanges.get() > 0);
            moreOf(load, keys, 1_000);

            assertNoFailure(load, keys);
            assertThat(cluster.role(promoted)).isEqualTo("master");
        }
    }

    @Test
    void losesNoCallWhenScriptsAreFlushedUnderLoad() throws Exception {
        try (RouterLoad load = new RouterLoad(vertx, router, keys)) {
            untilReadsGoToReplicas();

            for (int round = 0; round < 5; round++) {
                for (int server = 0; server < EmbeddedRedisCluster.SIZE; server++) {
                    cluster.call(server, "SCRIPT", "FLUSH");
                }
                moreOf(load, keys, 200);
            }

            assertNoFailure(load, keys);
        }
    }

    @Test
    void failsWithTheNodesNameAfterItsRetriesWhenAllAreGone() throws Exception {
        for (int server = 0; server < EmbeddedRedisCluster.SIZE; server++) {
            cluster.kill(server);
        }

        assertThatThrownBy(() -> await(
                        router.write(keys.get(2), Request.cmd(Command.INCR).arg(keys.get(2)))))
                .cause()
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContainingAll("incr", "127.0.0.1:" + cluster.port(2));
        patiently().until(() -> !router.reachable());
    }

    private void migrate(String key) throws IOException {
        cluster.call(0, "MIGRATE", "127.0.0.1", Integer.toString(cluster.port(1)), key, "0", "2000");
    }

    /** As redis-cli reshards: whatever is still there, the router's own probe key too. */
    private void migrateTheRest(String slot) throws IOException {
        while (cluster.call(0, "CLUSTER", "GETKEYSINSLOT", slot, "100") instanceof List<?> rest && !rest.isEmpty()) {
            for (Object key : rest) {
                migrate((String) key);
            }
        }
    }

    private double redirections(String kind) {
        return registry.get("headcount.redis.redirections")
                .tag("kind", kind)
                .counter()
                .count();
    }

    private void untilReadsGoToReplicas() {
        patiently()
                .until(() ->
                        registry.get("headcount.redis.replica.reads").counter().count() > 100);
    }

    private static void assertNoFailure(RouterLoad load, List<String> keys) {
        for (String key : keys) {
            assertThat(load.failures(key))
                    .as("failures of %s, the last one %s", key, load.lastFailure())
                    .isZero();
        }
    }

    /** Waits until so many more calls of each key have succeeded. */
    private static void moreOf(RouterLoad load, List<String> keys, int more) {
        for (String key : keys) {
            int before = load.successes(key);
            patiently().until(() -> load.successes(key) >= before + more);
        }
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(10));
    }
}
