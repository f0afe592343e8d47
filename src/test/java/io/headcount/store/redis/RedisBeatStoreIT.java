package io.headcount.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.config.HeadcountConfig;
import io.headcount.dev.SharedServers;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.Incarnation;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.store.BeatStore.Beaten;
import io.headcount.store.BeatStore.Beating;
import io.headcount.store.BeatStore.Outcome;
import io.headcount.store.CounterStore.Batch;
import io.headcount.store.CounterStore.Beat;
import io.headcount.store.CounterStore.Change;
import io.headcount.store.SessionLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Viewers without WebSocket on a real cluster: counted with the others, ended once, in the log once they ended. */
class RedisBeatStoreIT {
    private static final Incarnation N1 = new Incarnation("n1", 1);

    private static Vertx vertx;
    private static RedisRouter router;
    private static RedisCounterStore counters;
    private static RedisBeatStore store;

    private final String stream = "beats-" + System.nanoTime();
    private final long issuedAt = System.currentTimeMillis() - 5_000;

    @BeforeAll
    static void open() throws Exception {
        vertx = Vertx.vertx();
        HeadcountConfig config = HeadcountConfig.read(
                Map.of("redis", Map.of("endpoints", SharedServers.redis().endpoints())), Map.of());
        router = await(RedisRouter.open(vertx, config.redis(), new SimpleMeterRegistry()));
        counters = new RedisCounterStore(router, new SharedClock(), 1_000);
        store = new RedisBeatStore(router, new SharedClock(), 1_000, "n1", counters);
    }

    @AfterAll
    static void close() throws Exception {
        await(router.close());
        await(vertx.close());
    }

    @Test
    void countsAUserWithASocketAndABeatOnce() throws Exception {
        await(counters.apply(new Batch(stream, N1, 1, 0, 1, List.of(new Change(socket("u1"), true)))));

        Count count = beat("u1", "b1").count();
        Count two = beat("u2", "b2").count();

        assertThat(count.viewers()).isEqualTo(1);
        assertThat(count.sessions()).isEqualTo(2);
        assertThat(two.viewers()).isEqualTo(2);
        assertThat(two.sessions()).isEqualTo(3);
        assertThat(call(Command.HGET, "live:tabs:{" + stream + "}:u1", "b1").toString())
                .isEqualTo("beat");
    }

    @Test
    void keepsTheUserWhileEitherTheSocketOrTheBeatIsThere() throws Exception {
        await(counters.apply(new Batch(stream, N1, 1, 0, 1, List.of(new Change(socket("u1"), true)))));
        beat("u1", "b1");

        await(counters.apply(new Batch(stream, N1, 2, 1, 0, List.of(new Change(socket("u1"), false)))));
        await(counters.beat(new Beat(stream, N1, 0, 2, List.of(), false, false)));
        await(counters.sweep(stream, "0"));

        assertThat(counted().viewers()).isEqualTo(1);
        assertThat(await(store.end(stream, "b1", "u1")).viewers()).isZero();
        assertThat(counted().sessions()).isZero();
    }

    @Test
    void staysEndedAfterTheEndAndIsLoggedOnce() throws Exception {
        beat("u1", "b1");

        await(store.end(stream, "b1", "u1"));
        await(store.end(stream, "b1", "u1"));

        assertThat(beat("u1", "b1").outcome()).isEqualTo(Outcome.ENDED);
        assertThat(counted().viewers()).isZero();
        assertThat(logged()).singleElement().satisfies(row -> {
            assertThat(row.session()).isEqualTo("b1");
            assertThat(row.user()).isEqualTo("u1");
            assertThat(row.joinedAtMillis()).isEqualTo(issuedAt);
            assertThat(row.leftAtMillis()).isGreaterThan(issuedAt);
            assertThat(row.cause()).isEqualTo(EndCause.CLOSED);
        });
    }

    @Test
    void endsWhoFellSilentWithTheTimeOfTheLastBeat() throws Exception {
        beat("u1", "silent");
        beat("u2", "lively");
        call(Command.ZADD, "live:beats:{" + stream + "}", Long.toString(issuedAt + 61_000 - 2_000 - 55_000), "silent");

        assertThat(await(store.sweep(stream)).ended()).isEqualTo(1);
        assertThat(await(store.sweep(stream)).ended()).isZero();

        assertThat(counted().viewers()).isEqualTo(1);
        assertThat(beat("u1", "silent").outcome()).isEqualTo(Outcome.ENDED);
        assertThat(logged()).singleElement().satisfies(row -> {
            assertThat(row.session()).isEqualTo("silent");
            assertThat(row.cause()).isEqualTo(EndCause.SILENCE);
        });
    }

    @Test
    void logsWhatAnEarlierSweepEndedAndCouldNotLog() throws Exception {
        call(Command.HSET, "live:ended:{" + stream + "}", "lost", "u1:" + issuedAt + ":" + (issuedAt + 1) + ":silence");

        assertThat(await(store.sweep(stream)).logged()).isEqualTo(1);
        assertThat(await(store.sweep(stream)).logged()).isZero();

        assertThat(logged()).extracting(FinishedSession::session).containsExactly("lost");
    }

    @Test
    void goesOnWithItsOwnBeginningAfterRedisLostEverything() throws Exception {
        beat("u1", "b1");
        for (String key : List.of("live:beats:{%s}", "live:node:{%s}:beat", "live:users:{%s}", "hb:{%s}:b1")) {
            call(Command.DEL, key.formatted(stream));
        }
        assertThat(counted().viewers()).isZero();

        assertThat(beat("u1", "b1").count().viewers()).isEqualTo(1);
        await(store.end(stream, "b1", "u1"));

        assertThat(logged())
                .singleElement()
                .satisfies(row -> assertThat(row.joinedAtMillis()).isEqualTo(issuedAt));
    }

    @Test
    void opensNoMoreSessionsThanAUserMayHave() throws Exception {
        assertThat(beat("u1", "b1", 1).outcome()).isEqualTo(Outcome.ALIVE);
        assertThat(beat("u1", "b2", 1).outcome()).isEqualTo(Outcome.TOO_MANY);
        assertThat(beat("u1", "b1", 1).outcome()).isEqualTo(Outcome.ALIVE);
        assertThat(counted().sessions()).isEqualTo(1);
    }

    private Session socket(String user) {
        return new Session(stream, user, "socket-" + user, issuedAt, 0);
    }

    private Beaten beat(String user, String session) throws Exception {
        return beat(user, session, 0);
    }

    private Beaten beat(String user, String session, int mostTabs) throws Exception {
        return await(store.beat(new Beating(stream, session, user, issuedAt, mostTabs)));
    }

    private Count counted() throws Exception {
        return await(counters.read(List.of(stream))).get(0).count();
    }

    /** This stream's records in all parts of the log, in no order. */
    private List<FinishedSession> logged() throws Exception {
        List<FinishedSession> found = new ArrayList<>();
        for (int part = 0; part < SessionLog.PARTS; part++) {
            Response entries = call(Command.XRANGE, Keys.log(part), "-", "+");
            for (Response entry : entries) {
                FinishedSession session =
                        SessionRecords.unpack(entry.get(1).get(1).toString());
                if (session != null && session.stream().equals(stream)) {
                    found.add(session);
                }
            }
        }
        return found;
    }

    private static Response call(Command command, String key, String... more) throws Exception {
        Request request = Request.cmd(command).arg(key);
        for (String arg : more) {
            request.arg(arg);
        }
        return await(router.write(key, request));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
