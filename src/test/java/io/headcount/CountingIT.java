package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.cluster.HelloRoster;
import io.headcount.cluster.LeaseKeeper;
import io.headcount.config.HeadcountConfig;
import io.headcount.counter.CounterVerticle;
import io.headcount.counter.OwnerVerticle;
import io.headcount.dev.SharedServers;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.Mode;
import io.headcount.model.Repair;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.reconciler.ReconcilerVerticle;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.redis.RedisBeatStore;
import io.headcount.store.redis.RedisCounterStore;
import io.headcount.store.redis.RedisLeaseStore;
import io.headcount.store.redis.RedisRouter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Counters, owners and reconcilers of several nodes on a real Redis Cluster, without gateways: sessions are opened on
 * the bus. The nodes' buses are not connected, which is the worst that the bus can do; counts must be right all the
 * same.
 */
class CountingIT {
    private final String stream = "counting-" + System.nanoTime();
    private final List<Node> nodes = new ArrayList<>();

    @AfterEach
    void stopNodes() throws Exception {
        for (Node node : nodes) {
            node.stop();
        }
    }

    @Test
    void countsAUserOnceOverTabsAndNodes() throws Exception {
        Node first = node("a");
        Node second = node("b");

        Session tab1 = first.open("u1");
        first.open("u2");
        second.open("u1");
        soon(2).untilAsserted(() -> {
            assertThat(first.viewers()).isEqualTo(2);
            assertThat(second.viewers()).isEqualTo(2);
            assertThat(first.admitted).hasSize(2);
        });
        first.close(tab1);

        soon(2).untilAsserted(() -> assertThat(first.read().count().sessions()).isEqualTo(2));
        assertThat(first.viewers()).isEqualTo(2);
    }

    @Test
    void restoresWhatWasDeletedByHand() throws Exception {
        Node node = node("a");
        node.open("u1");
        node.open("u2");
        soon(2).untilAsserted(() -> assertThat(node.viewers()).isEqualTo(2));

        redis(
                "HDEL",
                "live:node:{" + stream + "}:" + node.incarnation(),
                node.sessions.get(0).id());
        redis("DEL", "live:users:{" + stream + "}");

        soon(20).untilAsserted(() -> {
            assertThat(redis("SCARD", "live:users:{" + stream + "}")).isEqualTo("2");
            assertThat(redis("HLEN", "live:node:{" + stream + "}:" + node.incarnation()))
                    .isEqualTo("2");
        });
        soon(5).untilAsserted(
                        () -> assertThat(node.repairs).extracting(Repair::cause).contains("drift", "users_missing"));
    }

    @Test
    void findsASessionThatWasExchangedForAnother() throws Exception {
        Node node = node("a");
        node.open("u1");
        Session robbed = node.open("u2");
        soon(2).untilAsserted(() -> assertThat(node.viewers()).isEqualTo(2));
        String members = "live:node:{" + stream + "}:" + node.incarnation();

        redis("HDEL", members, robbed.id());
        redis("HSET", members, "stranger", "u9:1");

        soon(20).untilAsserted(() -> {
            assertThat(redis("HEXISTS", members, robbed.id())).isEqualTo("1");
            assertThat(redis("HEXISTS", members, "stranger")).isEqualTo("0");
        });
        soon(5).untilAsserted(
                        () -> assertThat(node.repairs).extracting(Repair::cause).contains("members"));
    }

    @Test
    void findsThatAGatewayHasAsManySocketsButOthers() throws Exception {
        Node node = node("a");
        Session gone = node.open("u1");
        soon(2).untilAsserted(() -> assertThat(node.viewers()).isEqualTo(1));
        Session unheard = node.session("u2");

        node.sessions.remove(gone);
        node.sessions.add(unheard);
        node.census();

        String members = "live:node:{" + stream + "}:" + node.incarnation();
        soon(15).untilAsserted(() -> {
            assertThat(redis("HEXISTS", members, unheard.id())).isEqualTo("1");
            assertThat(redis("HEXISTS", members, gone.id())).isEqualTo("0");
        });
    }

    @Test
    void removesUsersWhoHaveNoTab() throws Exception {
        Node node = node("a");
        node.open("u1");
        soon(2).untilAsserted(() -> assertThat(node.viewers()).isEqualTo(1));

        redis("SADD", "live:users:{" + stream + "}", "ghost");

        assertThat(redis("SCARD", "live:users:{" + stream + "}")).isEqualTo("2");
        soon(15).untilAsserted(() ->
                assertThat(redis("SCARD", "live:users:{" + stream + "}")).isEqualTo("1"));
        soon(5).untilAsserted(
                        () -> assertThat(node.repairs).extracting(Repair::cause).contains("users_without_tab"));
    }

    @Test
    void adoptsTheGatewaysSocketsWhenItsOwnListDiffers() throws Exception {
        Node node = node("a");
        Session kept = node.open("u1");
        soon(2).untilAsserted(() -> assertThat(node.viewers()).isEqualTo(1));
        Session unheard = node.session("u2");

        node.sessions.add(unheard);
        node.census();

        soon(15).untilAsserted(() -> assertThat(node.viewers()).isEqualTo(2));
        assertThat(node.sessions).contains(kept);
    }

    @Test
    void onlyTellsOfADifferenceInADryRun() throws Exception {
        Node node = node("a", true);
        node.open("u1");
        soon(2).untilAsserted(() -> assertThat(node.viewers()).isEqualTo(1));

        node.sessions.add(node.session("u2"));
        node.census();

        soon(15).until(() ->
                node.metrics.get("headcount.reconciler.mismatches").counter().count() >= 3);
        assertThat(node.metrics.get("headcount.reconciler.drift.worst").gauge().value())
                .isEqualTo(1);
        assertThat(node.viewers()).isEqualTo(1);
        assertThat(node.repairs).extracting(Repair::stream).doesNotContain(stream);
    }

    @Test
    void rebuildsEverythingWhenRedisComesBackEmpty() throws Exception {
        Node node = node("a");
        for (int i = 0; i < 700; i++) {
            node.open("u" + i);
        }
        soon(3).untilAsserted(() -> assertThat(node.viewers()).isEqualTo(700));

        SharedServers.redis().flushAll();

        soon(15).untilAsserted(() -> assertThat(node.read().count().viewers()).isEqualTo(700));
    }

    @Test
    void reapsADeadNodeAndLogsItsSessions() throws Exception {
        Node living = node("a");
        Node alsoLiving = node("b");
        Node dying = node("c");
        living.open("u1");
        alsoLiving.open("u1");
        dying.open("u1");
        // More than a page of what is reaped at a time.
        for (int i = 2; i <= 1_201; i++) {
            dying.open("u" + i);
        }
        soon(5).untilAsserted(() -> assertThat(living.viewers()).isEqualTo(1_201));

        dying.die();

        soon(12).untilAsserted(() -> assertThat(living.mode()).isEqualTo(Mode.DEGRADED));
        soon(16).untilAsserted(() -> {
            assertThat(living.read().count().viewers()).isEqualTo(1);
            assertThat(living.read().count().sessions()).isEqualTo(2);
            assertThat(living.mode()).isEqualTo(Mode.EXACT);
        });
    }

    /** Runs a command on the master that has the key. */
    private static String redis(String command, String key, String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of(command, key));
        words.addAll(List.of(more));
        int master = SharedServers.redis().masterOf(key);
        return String.valueOf(SharedServers.redis().call(master, words.toArray(String[]::new)));
    }

    private Node node(String name) throws Exception {
        return node(name, false);
    }

    private Node node(String name, boolean dryRun) throws Exception {
        Node node = new Node(name + System.nanoTime(), dryRun);
        nodes.add(node);
        return node;
    }

    private static ConditionFactory soon(int seconds) {
        return Awaitility.await().atMost(Duration.ofSeconds(seconds)).pollInterval(Duration.ofMillis(50));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** A node but for its gateway, whose part the test plays. */
    private final class Node {
        private final Vertx vertx = Vertx.vertx();
        private final Vertx leaseVertx = Vertx.vertx();
        private final SharedClock clock = new SharedClock();
        private final Bus bus = Bus.install(vertx);
        private final List<Session> sessions = new CopyOnWriteArrayList<>();
        private final Set<Session> admitted = ConcurrentHashMap.newKeySet();
        private final List<Repair> repairs = new CopyOnWriteArrayList<>();
        private final Map<String, Count> published = new ConcurrentHashMap<>();
        private final HeadcountConfig config;
        private final RedisCounterStore store;
        private final LeaseKeeper lease;
        private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        private boolean stopped;

        Node(String name, boolean dryRun) throws Exception {
            config = HeadcountConfig.read(
                    Map.of(
                            "node", Map.of("id", name),
                            "redis", Map.of("endpoints", SharedServers.redis().endpoints()),
                            "websocket", Map.of("instances", 1),
                            "counting", Map.of("instances", 1, "beatMillis", 1_000),
                            "reconciler", Map.of("intervalMillis", 500, "dryRun", dryRun)),
                    Map.of());
            RedisRouter router = await(RedisRouter.open(vertx, config.redis(), metrics));
            RedisRouter leaseRouter = await(RedisRouter.open(leaseVertx, config.redis(), metrics));
            store = new RedisCounterStore(router, clock, 300_000);
            lease = await(LeaseKeeper.start(leaseVertx, new RedisLeaseStore(leaseRouter), name));
            HelloRoster roster = await(HelloRoster.start(vertx, name, Set.of("keeper", "gateway"), () -> true));
            bus.consumeLocal(Addresses.ADMITTED.at(0), message -> admitted.addAll(message.sessions()));
            bus.answerLocal(
                    Addresses.SOCKETS_WANTED.at(0), wanted -> new Message.Sockets(wanted.stream(), open(wanted)));
            bus.consume(Addresses.REPAIRED, message -> repairs.add(message.repair()));
            bus.consume(
                    Addresses.COUNTS,
                    message -> message.counts().forEach(count -> published.put(count.stream(), count)));
            await(vertx.deployVerticle(new CounterVerticle(config, 0, roster, store, lease, clock, metrics)));
            await(vertx.deployVerticle(new OwnerVerticle(config, roster, store, metrics)));
            await(vertx.deployVerticle(new ReconcilerVerticle(
                    config,
                    roster,
                    store,
                    new RedisLeaseStore(router),
                    clock,
                    metrics,
                    new RedisBeatStore(router, clock, 300_000, "n1", store))));
        }

        Session session(String user) {
            return new Session(stream, user, "s" + System.nanoTime(), clock.nowMillis(), 0);
        }

        Session open(String user) {
            Session session = session(user);
            sessions.add(session);
            tell(session, null);
            return session;
        }

        void close(Session session) {
            sessions.remove(session);
            tell(session, EndCause.CLOSED);
        }

        void census() {
            Map<String, Message.Tally> tallies = new HashMap<>();
            sessions.forEach(session -> tallies.put(
                    session.stream(),
                    tallies.getOrDefault(session.stream(), Message.Tally.NONE).plus(session)));
            bus.publishLocal(Addresses.CENSUS, new Message.Census(0, tallies));
        }

        long viewers() {
            Count count = published.get(stream);
            return count == null ? -1 : count.viewers();
        }

        Mode mode() {
            return published.get(stream).mode();
        }

        LiveStream read() throws Exception {
            return await(store.read(List.of(stream))).get(0);
        }

        String incarnation() {
            return lease.current().toString();
        }

        void die() throws Exception {
            stopped = true;
            await(leaseVertx.close());
            await(vertx.close());
        }

        void stop() throws Exception {
            if (!stopped) {
                await(lease.stop(true));
                die();
            }
        }

        private void tell(Session session, EndCause cause) {
            bus.sendLocal(
                    Addresses.SESSION_EVENTS.at(0),
                    new Message.SessionEvents(List.of(new Message.SessionEvent(session, cause, clock.nowMillis()))));
        }

        private List<Session> open(Message.SocketsWanted wanted) {
            return sessions.stream()
                    .filter(session -> session.stream().equals(wanted.stream()))
                    .collect(Collectors.toList());
        }
    }
}
