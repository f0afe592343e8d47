package io.headcount.store.redis;

import static io.headcount.store.redis.Routers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.config.RedisConfig;
import io.headcount.dev.EmbeddedSentinel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A real master, two replicas, three sentinels; real signals, under a steady load. */
class RedisSentinelIT {
    private static final Logger LOG = LoggerFactory.getLogger(RedisSentinelIT.class);
    private static final String KEY = "load:{1}";
    private static final int CALL_TIMEOUT_MILLIS = 1_000;
    // The deadlines' tick, and a machine that runs other things too.
    private static final int SLACK_MILLIS = 200;
    private static final long WRITING_AGAIN_WITHIN_MILLIS = 10_000;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger topologyChanges = new AtomicInteger();
    private EmbeddedSentinel redis;
    private Vertx vertx;
    private RedisRouter router;

    @BeforeEach
    void start() throws Exception {
        redis = EmbeddedSentinel.start(EmbeddedSentinel.Options.forTests());
        vertx = Vertx.vertx();
        router = await(RedisRouter.open(vertx, Routers.config(redis), registry));
        router.onLoss(keys -> topologyChanges.incrementAndGet());
    }

    @AfterEach
    void stop() throws Exception {
        await(router.close());
        await(vertx.close());
        redis.close();
    }

    @Test
    void writesAgainWhenTheSentinelThatWasAskedFirstAndTheMasterDie() throws Exception {
        try (RouterLoad load = new RouterLoad(vertx, router, List.of(KEY))) {
            moreOf(load, 500);
            int old = redis.master();

            redis.sentinel(0).kill();
            redis.process(old).kill();
            long tookMillis = untilWritingAtAnother(old);

            LOG.info("writing again after {} ms", tookMillis);
            assertThat(tookMillis).isLessThan(WRITING_AGAIN_WITHIN_MILLIS);
            assertThat(topologyChanges).hasValue(1);
            moreOf(load, 500);
            assertThat(load.slowestMillis()).isLessThan(CALL_TIMEOUT_MILLIS + SLACK_MILLIS);
        }
    }

    @Test
    void nobodyWaitsLongerThanTheDeadlineForAFrozenMasterWhichIsNotWrittenToWhenItWakes() throws Exception {
        try (RouterLoad load = new RouterLoad(vertx, router, List.of(KEY))) {
            moreOf(load, 500);
            int old = redis.master();

            redis.process(old).pause();
            long tookMillis = untilWritingAtAnother(old);
            LOG.info("writing again after {} ms", tookMillis);
            assertThat(tookMillis).isLessThan(WRITING_AGAIN_WITHIN_MILLIS);
            int failed = load.failures(KEY);
            // For some seconds it still takes itself for the master; nobody may believe it.
            redis.process(old).resume();

            moreOf(load, 2_000);
            redis.awaitHealthy();
            moreOf(load, 500);
            assertThat(load.failures(KEY)).as("%s", load.lastFailure()).isEqualTo(failed);
            assertThat(topologyChanges).hasValue(1);
            load.end();
            patiently().until(() -> load.pending() == 0);
            assertThat(load.slowestMillis()).isLessThan(CALL_TIMEOUT_MILLIS + SLACK_MILLIS);
        }
    }

    @Test
    void doesNotWriteToAnOldMasterThatReturns() throws Exception {
        int old = redis.master();
        redis.process(old).kill();
        untilWritingAtAnother(old);

        // Started as it was, as a master; sentinels make it a replica some ten seconds later.
        redis.restart(old);
        assertThat(redis.call(old, "ROLE").toString()).startsWith("[master");
        try (RouterLoad load = new RouterLoad(vertx, router, List.of(KEY))) {
            moreOf(load, 1_000);
            assertThat(redis.call(old, "EXISTS", KEY)).isEqualTo(0L);
            redis.awaitHealthy();
            moreOf(load, 500);

            assertThat(load.failures(KEY)).as("%s", load.lastFailure()).isZero();
        }
        assertThat(redis.call(old, "ROLE").toString()).startsWith("[slave");
        assertThat(topologyChanges).hasValue(1);
    }

    @Test
    void losesNoCallToAKilledReplicaAndNoneToDeadSentinels() throws Exception {
        try (RouterLoad load = new RouterLoad(vertx, router, List.of(KEY))) {
            patiently().until(() -> replicaReads() > 100);

            redis.process((redis.master() + 1) % EmbeddedSentinel.SIZE).kill();
            moreOf(load, 1_500);
            for (int i = 0; i < EmbeddedSentinel.SIZE; i++) {
                redis.sentinel(i).kill();
            }
            moreOf(load, 1_500);

            assertThat(load.failures(KEY)).as("%s", load.lastFailure()).isZero();
            double before = replicaReads();
            patiently().until(() -> replicaReads() > before + 100);
        }
    }

    @Test
    void followsAFailoverThatAnOperatorAsksForWithoutAFailedCall() throws Exception {
        try (RouterLoad load = new RouterLoad(vertx, router, List.of(KEY))) {
            moreOf(load, 500);
            int old = redis.master();

            redis.failover();
            untilWritingAtAnother(old);
            moreOf(load, 500);
            redis.awaitHealthy();
            moreOf(load, 500);

            assertThat(load.failures(KEY)).as("%s", load.lastFailure()).isZero();
        }
    }

    @Test
    void opensByTheSentinelsThatAreLeft() throws Exception {
        redis.sentinel(0).kill();
        redis.sentinel(1).kill();

        RedisRouter other = await(RedisRouter.open(vertx, Routers.config(redis), new SimpleMeterRegistry()));

        await(other.write(KEY, Request.cmd(Command.INCR).arg(KEY)));
        assertThat(redis.call(redis.master(), "GET", KEY)).isEqualTo("1");
        await(other.close());
    }

    @Test
    void saysWhichSentinelsKnowNoSuchMaster() throws Exception {
        RedisConfig config = Routers.config(
                List.of(),
                Map.of(
                        "mode", "sentinel",
                        "sentinels", redis.sentinelEndpoints(),
                        "masterName", "nobody"));

        assertThatThrownBy(() -> await(RedisRouter.open(vertx, config, new SimpleMeterRegistry())))
                .cause()
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContainingAll(
                        "redis.masterName = nobody", redis.sentinelEndpoints().get(0), "No such master");
    }

    /** How long it took from now until writes were taken elsewhere, in milliseconds. */
    private long untilWritingAtAnother(int old) {
        long began = System.nanoTime();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    try {
                        await(router.write(
                                KEY, Request.cmd(Command.SET).arg(KEY).arg("0")));
                        return redis.master() != old && router.reachable() && topologyChanges.get() > 0;
                    } catch (java.util.concurrent.ExecutionException e) {
                        return false;
                    }
                });
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    private double replicaReads() {
        return registry.get("headcount.redis.replica.reads").counter().count();
    }

    private static void moreOf(RouterLoad load, int more) {
        int before = load.successes(KEY);
        patiently().until(() -> load.successes(KEY) >= before + more);
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(10));
    }
}
