package io.headcount.store.redis;

import static io.headcount.store.redis.Routers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.dev.EmbeddedRedisCluster;
import io.headcount.dev.SharedServers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The router on a real cluster in good health. */
class RedisRouterIT {
    private static final String RUN = "router-it-" + System.nanoTime();
    private static final Script APPEND = Script.load("it_append");
    private static final Script GET = Script.load("it_get");

    private static EmbeddedRedisCluster cluster;
    private static Vertx vertx;
    private static SimpleMeterRegistry registry;
    private static RedisRouter router;

    @BeforeAll
    static void open() throws Exception {
        cluster = SharedServers.redis();
        vertx = Vertx.vertx();
        registry = new SimpleMeterRegistry();
        router = await(RedisRouter.open(vertx, Routers.config(cluster.endpoints(), Map.of()), registry));
    }

    @AfterAll
    static void close() throws Exception {
        await(router.close());
        await(vertx.close());
    }

    @Test
    void writesToTheMasterOfTheHashTag() throws Exception {
        for (int master : cluster.masters()) {
            String key = Routers.keyOn(cluster, master, RUN);
            String sibling = "another:" + key.substring(key.indexOf('{'));

            await(router.write(key, Request.cmd(Command.SET).arg(key).arg("here")));
            await(router.write(
                    sibling,
                    Request.cmd(Command.SET).arg(sibling).arg("too").arg("PX").arg("60000")));

            assertThat(cluster.call(master, "GET", key)).isEqualTo("here");
            assertThat(cluster.call(master, "GET", sibling)).isEqualTo("too");
        }
    }

    @Test
    void knowsTheClusterByOneOfItsNodes() throws Exception {
        RedisRouter other = await(RedisRouter.open(
                vertx, Routers.config(cluster.endpoints().subList(5, 6), Map.of()), new SimpleMeterRegistry()));

        for (int master : cluster.masters()) {
            String key = Routers.keyOn(cluster, master, RUN + "-one");
            await(other.write(key, Request.cmd(Command.SET).arg(key).arg("here")));
            assertThat(cluster.call(master, "GET", key)).isEqualTo("here");
        }
        await(other.close());
    }

    @Test
    void readsFromAReplicaThatKeepsUp() throws Exception {
        String key = Routers.keyOn(cluster, cluster.masters().get(0), RUN + "-read");
        await(router.write(key, Request.cmd(Command.SET).arg(key).arg("value")));

        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            double before = replicaReads();
            Response direct = await(router.read(key, Request.cmd(Command.GET).arg(key)));
            Response byScript = await(router.readScript(GET, List.of(key), List.of()));
            assertThat(direct).hasToString("value");
            assertThat(byScript).hasToString("value");
            assertThat(replicaReads() - before).isEqualTo(2);
        });
    }

    @Test
    void loadsAScriptAgainAfterScriptFlush() throws Exception {
        String key = Routers.keyOn(cluster, cluster.masters().get(1), RUN + "-script");
        await(router.script(APPEND, List.of(key), List.of("a")));

        for (int server = 0; server < EmbeddedRedisCluster.SIZE; server++) {
            cluster.call(server, "SCRIPT", "FLUSH");
        }
        List<Future<Response>> calls = IntStream.range(0, 100)
                .mapToObj(i -> router.script(APPEND, List.of(key), List.of("b")))
                .toList();

        await(Future.all(calls));
        assertThat(cluster.run("LLEN", key)).isEqualTo("101");
    }

    @Test
    void keepsHundredsOfCallsInFlightInOrder() throws Exception {
        String key = Routers.keyOn(cluster, cluster.masters().get(2), RUN + "-order");

        List<Future<Response>> calls = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            calls.add(router.script(APPEND, List.of(key), List.of(Integer.toString(i))));
        }

        await(Future.all(calls));
        for (int i = 0; i < 1_000; i++) {
            assertThat(calls.get(i).result().toInteger()).isEqualTo(i + 1);
        }
    }

    @Test
    void completesOnTheContextOfTheCaller() throws Exception {
        Context callers = vertx.getOrCreateContext();
        Promise<Boolean> same = Promise.promise();

        callers.runOnContext(go -> router.write(RUN, Request.cmd(Command.INCR).arg(RUN + "-context"))
                .onComplete(done -> same.complete(Vertx.currentContext().equals(callers))));

        assertThat(await(same.future())).isTrue();
    }

    @Test
    void saysWhichCallGotWhichErrorWhere() throws Exception {
        int master = cluster.masters().get(0);
        String key = Routers.keyOn(cluster, master, RUN + "-type");
        await(router.write(key, Request.cmd(Command.SET).arg(key).arg("text")));

        assertThatThrownBy(() -> await(router.script(APPEND, List.of(key), List.of("x"))))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(RedisReplyException.class)
                .hasMessageContaining("it_append")
                .hasMessageContaining("127.0.0.1:" + cluster.port(master))
                .hasMessageContaining("WRONGTYPE");
    }

    @Test
    void failsToOpenNamingTheEndpointsWhereNothingListens() throws Exception {
        assertThatThrownBy(() -> await(RedisRouter.open(
                        vertx,
                        Routers.config(List.of("127.0.0.1:1", "127.0.0.1:2"), Map.of("connectTimeoutMillis", 300)),
                        new SimpleMeterRegistry())))
                .cause()
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("127.0.0.1:1, 127.0.0.1:2")
                .hasMessageContaining("refused");
    }

    @Test
    void isReachableAndWritableFromItsOpening() {
        assertThat(router.reachable()).isTrue();
        assertThat(router.writableSince(RUN, 0)).isTrue();
        assertThat(router.writableSince(RUN, 3_600_000)).isFalse();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> router.writableSince(RUN, 3_000));
    }

    private static double replicaReads() {
        return registry.get("headcount.redis.replica.reads").counter().count();
    }
}
