package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.cluster.HelloRoster;
import io.headcount.cluster.LeaseKeeper;
import io.headcount.config.HeadcountConfig;
import io.headcount.counter.CounterVerticle;
import io.headcount.dev.EmbeddedStandaloneRedis;
import io.headcount.dev.SharedServers;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.store.redis.RedisCounterStore;
import io.headcount.store.redis.RedisLeaseStore;
import io.headcount.store.redis.RedisRouter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * What the counters hold is asserted again as soon as Redis is seen to have been restarted. The lease lies elsewhere, or
 * its loss would make the node begin a new life, which asserts everything too; and beats are slow, or they would find it.
 */
class LostRedisIT {
    private static final int STREAMS = 50;
    private static final String RUN = "lost-" + System.nanoTime();

    @Test
    void assertsEverythingAgainBeforeTheNextBeatWhenRedisWasRestartedEmpty() throws Exception {
        Vertx vertx = Vertx.vertx();
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        SharedClock clock = new SharedClock();
        try (EmbeddedStandaloneRedis redis = EmbeddedStandaloneRedis.forTests("")) {
            HeadcountConfig config = HeadcountConfig.read(
                    Map.of("counting", Map.of("instances", 1, "beatMillis", 14_000)), redis.environment());
            RedisRouter router = await(RedisRouter.open(vertx, config.redis(), metrics));
            LeaseKeeper lease = await(LeaseKeeper.start(vertx, new RedisLeaseStore(elsewhere(vertx)), RUN));
            Bus bus = Bus.install(vertx);
            HelloRoster roster = await(HelloRoster.start(vertx, RUN, Set.of("gateway"), () -> true));
            RedisCounterStore store = new RedisCounterStore(router, clock, 300_000);
            await(vertx.deployVerticle(new CounterVerticle(config, 0, roster, store, lease, clock, metrics)));
            bus.sendLocal(Addresses.SESSION_EVENTS.at(0), new Message.SessionEvents(openedOn(clock)));
            Awaitility.await().until(() -> held(redis) == STREAMS);

            redis.process().kill();
            Awaitility.await().until(() -> !router.reachable());
            redis.restart();
            assertThat(held(redis)).isLessThan(STREAMS);
            Awaitility.await().until(router::reachable);

            Awaitility.await().atMost(Duration.ofSeconds(4)).until(() -> held(redis) == STREAMS);
            await(lease.stop(true));
        } finally {
            await(vertx.close());
        }
    }

    private static RedisRouter elsewhere(Vertx vertx) throws Exception {
        HeadcountConfig config =
                HeadcountConfig.read(Map.of(), SharedServers.redis().environment());
        return await(RedisRouter.open(vertx, config.redis(), new SimpleMeterRegistry()));
    }

    private static List<Message.SessionEvent> openedOn(SharedClock clock) {
        List<Message.SessionEvent> opened = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            Session session = new Session(RUN + "-" + i, "user", RUN + "-session-" + i, clock.nowMillis(), 0);
            opened.add(new Message.SessionEvent(session, null, clock.nowMillis()));
        }
        return opened;
    }

    private static int held(EmbeddedStandaloneRedis redis) throws IOException {
        int held = 0;
        for (int i = 0; i < STREAMS; i++) {
            held += redis.call("SCARD", "live:users:{" + RUN + "-" + i + "}").equals(1L) ? 1 : 0;
        }
        return held;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
    }
}
