package io.headcount.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.config.HeadcountConfig;
import io.headcount.dev.SharedServers;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Incarnation;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore.Batch;
import io.headcount.store.CounterStore.BatchResult;
import io.headcount.store.CounterStore.Beat;
import io.headcount.store.CounterStore.BeatResult;
import io.headcount.store.CounterStore.Change;
import io.headcount.store.CounterStore.Door;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.CounterStore.Member;
import io.headcount.store.CounterStore.NodeReport;
import io.headcount.store.SessionLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The scripts on a real cluster: what a batch, a beat, a reap and a sweep do to the contract's keys. */
class RedisCounterStoreIT {
    private static final long BUCKET_MILLIS = 1_000;
    private static final AtomicInteger STREAMS = new AtomicInteger();
    private static final long RUN = System.nanoTime();
    private static final Incarnation N1 = new Incarnation("n1", 1);
    private static final Incarnation N2 = new Incarnation("n2", 1);

    private static Vertx vertx;
    private static RedisRouter router;
    private static RedisCounterStore store;

    /** Each test has a stream of its own. */
    private final String stream = "it-" + RUN + "-" + STREAMS.incrementAndGet();

    @BeforeAll
    static void open() throws Exception {
        vertx = Vertx.vertx();
        HeadcountConfig config = HeadcountConfig.read(
                Map.of("redis", Map.of("endpoints", SharedServers.redis().endpoints())), Map.of());
        router = await(RedisRouter.open(vertx, config.redis(), new SimpleMeterRegistry()));
        store = new RedisCounterStore(router, new SharedClock(), BUCKET_MILLIS);
    }

    @AfterAll
    static void close() throws Exception {
        await(router.close());
        await(vertx.close());
    }

    @Test
    void countsAUserOnceOverTabsAndNodes() throws Exception {
        apply(N1, 1, join("u1", "a"), join("u1", "b"), join("u2", "c"));
        BatchResult.Applied applied = applied(apply(N2, 1, join("u1", "d")));

        assertThat(applied.count().viewers()).isEqualTo(2);
        assertThat(applied.count().sessions()).isEqualTo(4);
        assertThat(applied.asserted()).isEqualTo(1);
        assertThat(keys("SMEMBERS", "live:users:{" + stream + "}")).containsExactlyInAnyOrder("u1", "u2");
        assertThat(keys("HVALS", "live:tabs:{" + stream + "}:u1")).containsExactlyInAnyOrder("n1#1", "n1#1", "n2#1");
        assertThat(number("PTTL", "hb:{" + stream + "}:a")).isBetween(50_000L, 60_000L);
        assertThat(number("HLEN", "live:node:{" + stream + "}:n1#1")).isEqualTo(3);
    }

    @Test
    void letsAUserGoWithTheLastTab() throws Exception {
        apply(N1, 1, join("u1", "a"), join("u1", "b"));

        long oneLeft = applied(apply(N1, 2, leave("u1", "a"))).count().viewers();
        long noneLeft = applied(apply(N1, 3, leave("u1", "b"))).count().viewers();

        assertThat(oneLeft).isEqualTo(1);
        assertThat(noneLeft).isZero();
        assertThat(number("EXISTS", "live:tabs:{" + stream + "}:u1")).isZero();
        assertThat(number("EXISTS", "hb:{" + stream + "}:b")).isZero();
    }

    @Test
    void appliesABatchOnceHoweverOftenItIsSent() throws Exception {
        apply(N1, 1, join("u1", "a"));
        apply(N1, 2, leave("u1", "a"));

        BatchResult.Applied again = applied(apply(N1, 2, leave("u1", "a")));
        BatchResult late = apply(N1, 1, join("u1", "a"));

        assertThat(again.count().viewers()).isZero();
        assertThat(late).isEqualTo(new BatchResult.Gap(2));
        assertThat(number("SCARD", "live:users:{" + stream + "}")).isZero();
    }

    @Test
    void takesABatchOnlyAfterTheOneThatItIsToFollow() throws Exception {
        BatchResult refused = apply(N1, 5, join("u1", "a"));
        BatchResult corrected = await(store.apply(new Batch(stream, N1, 5, 0, 1, List.of(join("u1", "a")))));
        BatchResult next = apply(N1, 6, join("u2", "b"));
        BatchResult late = await(store.apply(new Batch(stream, N1, 7, 5, 1, List.of(join("u3", "c")))));

        assertThat(refused).isEqualTo(new BatchResult.Gap(0));
        assertThat(applied(corrected).count().viewers()).isEqualTo(1);
        assertThat(applied(next).count().viewers()).isEqualTo(2);
        assertThat(late).isEqualTo(new BatchResult.Gap(6));
    }

    @Test
    void shutsOutANodesEarlierLives() throws Exception {
        Incarnation next = new Incarnation("n1", 2);
        apply(N1, 1, join("u1", "a"));
        apply(next, 1, join("u1", "a"));

        BatchResult late = apply(N1, 2, leave("u1", "a"));
        BeatResult lateBeat = await(store.beat(new Beat(stream, N1, 1, 1, List.of(session("u1", "a")), true, false)));
        await(store.reap(stream, N1, await(store.members(stream, N1, "0")).members()));
        BatchResult later = apply(N1, 1, join("u1", "a"));

        assertThat(late).isInstanceOf(BatchResult.Gap.class);
        assertThat(lateBeat.restored()).isZero();
        assertThat(later).isEqualTo(new BatchResult.Gap(0));
        assertThat(keys("HVALS", "live:tabs:{" + stream + "}:u1")).containsExactly("n1#2");
        assertThat(keys("HKEYS", "live:nodes:{" + stream + "}")).containsExactly("n1#2");
    }

    @Test
    void takesABatchOfFiveHundred() throws Exception {
        Change[] changes = IntStream.range(0, 500)
                .mapToObj(i -> join("u" + i % 400, "s" + i))
                .toArray(Change[]::new);

        BatchResult.Applied applied = applied(apply(N1, 1, changes));

        assertThat(applied.count().viewers()).isEqualTo(400);
        assertThat(applied.asserted()).isEqualTo(500);
    }

    @Test
    void renewsHeartbeatsAndPutsBackAUserWhoWasLost() throws Exception {
        apply(N1, 1, join("u1", "a"));
        run("SREM", "live:users:{" + stream + "}", "u1");
        run("DEL", "hb:{" + stream + "}:a");

        BeatResult result = await(store.beat(new Beat(stream, N1, 1, 1, List.of(session("u1", "a")), true, false)));

        assertThat(result.restored()).isEqualTo(1);
        assertThat(result.count().viewers()).isEqualTo(1);
        assertThat(number("PTTL", "hb:{" + stream + "}:a")).isBetween(50_000L, 60_000L);
    }

    @Test
    void keepsTheReportOfABatchThatOvertookABeat() throws Exception {
        apply(N1, 1, join("u1", "a"));
        apply(N1, 2, join("u2", "b"), join("u3", "c"));

        await(store.beat(new Beat(stream, N1, 1, 1, List.of(), true, false)));

        String report = keys("HVALS", "live:nodes:{" + stream + "}").get(0);
        assertThat(report).as("sockets:number:when:asserted").startsWith("2:2:").endsWith(":3");
    }

    @Test
    void forgetsAnIncarnationThatHasNothingLeft() throws Exception {
        apply(N1, 1, join("u1", "a"));
        apply(N1, 2, leave("u1", "a"));

        await(store.beat(new Beat(stream, N1, 0, 2, List.of(), true, true)));
        BatchResult anew = apply(N1, 1, join("u1", "b"));

        assertThat(applied(anew).count().viewers()).isEqualTo(1);
    }

    @Test
    void doesNotRaiseASessionThatLeftFromTheDead() throws Exception {
        apply(N1, 1, join("u1", "a"));
        apply(N1, 2, leave("u1", "a"));

        BeatResult late = await(store.beat(new Beat(stream, N1, 1, 1, List.of(session("u1", "a")), true, false)));

        assertThat(late.count().viewers()).isZero();
        assertThat(number("EXISTS", "hb:{" + stream + "}:a")).isZero();
    }

    @Test
    void tellsAnIncarnationThatRedisKnowsNothingOfIt() throws Exception {
        BeatResult result = await(store.beat(new Beat(stream, N1, 3, 7, List.of(session("u1", "a")), true, false)));

        assertThat(result.lastSeen()).isZero();
        assertThat(number("EXISTS", "live:nodes:{" + stream + "}")).isZero();
    }

    @Test
    void reapsOnlyWhatStillBelongsToTheDead() throws Exception {
        apply(N1, 1, join("u1", "a"), join("u2", "b"));
        apply(N2, 1, join("u1", "c"));

        List<Member> members = await(store.members(stream, N1, "0")).members();
        await(store.reap(stream, N1, members));
        long again = await(store.reap(stream, N1, members)).viewers();

        assertThat(members).extracting(Member::session).containsExactlyInAnyOrder("a", "b");
        assertThat(again).isEqualTo(1);
        assertThat(keys("SMEMBERS", "live:users:{" + stream + "}")).containsExactly("u1");
        assertThat(keys("HKEYS", "live:nodes:{" + stream + "}")).containsExactly("n2#1");
    }

    @Test
    void doesNotReapASessionThatTheNodesNextLifeAsserted() throws Exception {
        Incarnation next = new Incarnation("n1", 2);
        apply(N1, 1, join("u1", "a"));
        await(store.apply(new Batch(stream, next, 1, 0, 1, List.of(join("u1", "a")))));

        List<Member> members = await(store.members(stream, N1, "0")).members();
        long viewers = await(store.reap(stream, N1, members)).viewers();

        assertThat(viewers).isEqualTo(1);
        assertThat(keys("HVALS", "live:tabs:{" + stream + "}:u1")).containsExactly("n1#2");
        assertThat(number("EXISTS", "hb:{" + stream + "}:a")).isEqualTo(1);
    }

    @Test
    void sweepsUsersWithoutATab() throws Exception {
        apply(N1, 1, join("u1", "a"));
        run("SADD", "live:users:{" + stream + "}", "ghost1", "ghost2");

        long removed = await(store.sweep(stream, "0")).removed();

        assertThat(removed).isEqualTo(2);
        assertThat(keys("SMEMBERS", "live:users:{" + stream + "}")).containsExactly("u1");
    }

    @Test
    void readsTheCountAndWhatEachNodeReports() throws Exception {
        apply(N1, 1, join("u1", "a"));
        apply(N2, 1, join("u2", "b"), join("u2", "c"));

        Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            LiveStream read = await(store.read(List.of(stream))).get(0);
            assertThat(read.count().viewers()).isEqualTo(2);
            assertThat(read.count().sessions()).isEqualTo(3);
            assertThat(read.nodes()).extracting(NodeReport::asserted).containsExactlyInAnyOrder(1L, 2L);
        });
    }

    @Test
    void refusesANewcomerWhoseUserHasEnoughTabsOnWhateverNodes() throws Exception {
        apply(N1, 1, join("u1", "a"));
        apply(N2, 1, join("u1", "b"));

        BatchResult.Applied applied = applied(knock(N1, 2, 2, join("u1", "c"), join("u2", "d")));

        assertThat(applied.refused()).containsExactly("c");
        assertThat(applied.asserted()).isEqualTo(2);
        assertThat(applied.count().viewers()).isEqualTo(2);
        assertThat(applied.count().sessions()).isEqualTo(3);
        assertThat(number("HLEN", "live:tabs:{" + stream + "}:u1")).isEqualTo(2);
        assertThat(number("EXISTS", "hb:{" + stream + "}:c")).isZero();
        assertThat(keys("HKEYS", "live:node:{" + stream + "}:n1#1")).containsExactlyInAnyOrder("a", "d");
    }

    @Test
    void saysAgainWhoWasRefusedWhenTheAnswerWasLost() throws Exception {
        knock(N1, 1, 1, join("u1", "a"), join("u1", "b"));

        BatchResult.Applied again = applied(knock(N1, 1, 1, join("u1", "a"), join("u1", "b")));

        assertThat(again.refused()).containsExactly("b");
        assertThat(again.asserted()).isEqualTo(1);
    }

    @Test
    void neverRefusesASessionThatWasAdmittedBefore() throws Exception {
        apply(N1, 1, join("u1", "a"), join("u1", "b"), join("u1", "c"));
        SharedServers.redis().flushAll();
        knock(N2, 1, 1, join("u1", "x"));

        List<Change> everything = List.of(join("u1", "a"), join("u1", "b"), join("u1", "c"), join("u1", "new"));
        BatchResult.Applied anew =
                applied(await(store.apply(new Batch(stream, N1, 2, 0, 4, everything, new Door(1, Set.of("new"))))));

        assertThat(anew.refused()).containsExactly("new");
        assertThat(anew.asserted()).isEqualTo(3);
        assertThat(anew.count().sessions()).isEqualTo(4);
    }

    @Test
    void letsATabThatClosesMakeRoomForTheNextInTheSameBatch() throws Exception {
        knock(N1, 1, 1, join("u1", "before"));

        BatchResult.Applied reload = applied(knock(N1, 2, 1, join("u1", "after"), leave("u1", "before")));

        assertThat(reload.refused()).isEmpty();
        assertThat(reload.count().sessions()).isEqualTo(1);
        assertThat(keys("HKEYS", "live:tabs:{" + stream + "}:u1")).containsExactly("after");
    }

    @Test
    void keepsTheHistoryBucketInRedisTime() throws Exception {
        apply(N1, 1, join("u1", "a"), join("u2", "b"));
        apply(N1, 2, leave("u2", "b"));

        HistoryPoint point = Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> await(store.lastBucket(stream, BUCKET_MILLIS)), p -> p != null);

        assertThat(point.bucketAtMillis() % BUCKET_MILLIS).isZero();
        assertThat(point.close()).isEqualTo(1);
        assertThat(point.max()).isBetween(1L, 2L);
        assertThat(point.coverage()).isBetween(0.0, 1.0);
        assertThat(point.avg()).isBetween(0.0, 2.0);
    }

    @Test
    void bringsFinishedSessionsThroughTheLogOnce() throws Exception {
        SessionLog log = new RedisSessionLog(router);
        FinishedSession session =
                new FinishedSession(stream, "u1", "session-" + stream, "n1", 1_000, 5_000, EndCause.CLOSED);
        await(store.log(List.of(session)));

        List<FinishedSession> taken = new ArrayList<>();
        for (int part = 0; part < SessionLog.PARTS; part++) {
            List<SessionLog.Entry> entries = await(log.take(part, "n1", 1_000));
            entries.forEach(entry -> taken.add(entry.session()));
            await(log.acknowledge(part, entries));
        }

        assertThat(taken).contains(session);
        // Read from a replica, which may be a moment behind.
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(await(log.size())).isZero());
    }

    private BatchResult apply(Incarnation incarnation, long number, Change... changes) throws Exception {
        return await(store.apply(new Batch(stream, incarnation, number, number - 1, changes.length, List.of(changes))));
    }

    /** A batch all of whose joins are newcomers'. */
    private BatchResult knock(Incarnation incarnation, long number, int mostTabs, Change... changes) throws Exception {
        Set<String> newcomers = Stream.of(changes)
                .filter(Change::joined)
                .map(change -> change.session().id())
                .collect(Collectors.toSet());
        return await(store.apply(new Batch(
                stream,
                incarnation,
                number,
                number - 1,
                changes.length,
                List.of(changes),
                new Door(mostTabs, newcomers))));
    }

    private static BatchResult.Applied applied(BatchResult result) {
        assertThat(result).isInstanceOf(BatchResult.Applied.class);
        return (BatchResult.Applied) result;
    }

    private Change join(String user, String id) {
        return new Change(session(user, id), true);
    }

    private Change leave(String user, String id) {
        return new Change(session(user, id), false);
    }

    private Session session(String user, String id) {
        return new Session(stream, user, id, 1_000, 0);
    }

    private static List<String> keys(String command, String key) throws Exception {
        List<String> found = new ArrayList<>();
        await(router.write(key, Request.cmd(Command.create(command)).arg(key)))
                .forEach(value -> found.add(value.toString()));
        return found;
    }

    private static long number(String command, String key) throws Exception {
        return await(router.write(key, Request.cmd(Command.create(command)).arg(key)))
                .toLong();
    }

    private static void run(String command, String key, String... args) throws Exception {
        Request request = Request.cmd(Command.create(command)).arg(key);
        List.of(args).forEach(request::arg);
        await(router.write(key, request));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
