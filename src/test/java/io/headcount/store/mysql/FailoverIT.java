package io.headcount.store.mysql;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.config.MySqlConfig;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.StreamInfo;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two real servers, one replicating from the other by GTID, and the replica promoted while load runs. Replication is
 * asynchronous, so the old writer is fenced before it dies: what it acknowledged must have reached the replica.
 */
class FailoverIT {
    private static final String DATABASE = "books";
    private static final long NOON = 1_795_435_200_000L;
    private static final int BATCH = 50;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();
    private OwnMySql first;
    private OwnMySql second;
    private Vertx vertx;
    private MySqlBookStore books;
    private Thread load;

    /** What becomes of the old writer. */
    enum Death {
        KILLED,
        FROZEN,
        STAYS_AS_A_READ_ONLY_SERVER
    }

    @BeforeEach
    void start() throws Exception {
        first = OwnMySql.replicating(1);
        second = OwnMySql.replicating(2);
        second.follow(first);
        first.execute("", "CREATE DATABASE " + DATABASE);
        Migrations.run(config());
        vertx = Vertx.vertx();
        books = MySqlBookStore.open(vertx, config(), metrics, 300_000);
        await().atMost(20, SECONDS).until(() -> "2".equals(tables(second)));
    }

    @AfterEach
    void stop() throws Exception {
        ended.set(true);
        if (load != null) {
            load.join(20_000);
        }
        books.close().otherwiseEmpty().await(10, SECONDS);
        vertx.close().await(10, SECONDS);
        first.stop();
        second.stop();
    }

    @ParameterizedTest
    @EnumSource
    void writesToThePromotedReplicaWithinFifteenSecondsWithNothingLostOrDoubled(Death death) throws Exception {
        load = new Thread(this::write);
        load.start();
        await().atMost(20, SECONDS).until(() -> acknowledged.get() > 20 * BATCH);

        first.readOnly(true);
        String executed = first.one("", "SELECT @@global.gtid_executed");
        assertThat(second.one("", "SELECT WAIT_FOR_EXECUTED_GTID_SET('" + executed + "', 10)"))
                .isEqualTo("0");
        switch (death) {
            case KILLED -> first.kill();
            case FROZEN -> first.freeze();
            case STAYS_AS_A_READ_ONLY_SERVER -> {}
        }
        second.promote();
        long promotedAtNanos = System.nanoTime();
        int before = acknowledged.get();
        await().atMost(15, SECONDS).until(() -> acknowledged.get() > before + BATCH);
        System.out.printf(
                "%s: first write %d ms after the promotion%n",
                death, (System.nanoTime() - promotedAtNanos) / 1_000_000);
        ended.set(true);
        load.join(20_000);

        assertThat(second.one(DATABASE, "SELECT COUNT(*) FROM user_sessions"))
                .isEqualTo(Integer.toString(acknowledged.get()));
        assertThat(second.one(DATABASE, "SELECT COUNT(DISTINCT `session`) FROM user_sessions"))
                .isEqualTo(Integer.toString(acknowledged.get()));
        assertThat(metrics.counter("headcount.mysql.writer.moves").count()).isPositive();
    }

    @Test
    void answersARankingFromTheNextReaderWhenItsOwnIsAwayAndGoesBackToIt() throws Exception {
        MySqlConfig.Reader own = new MySqlConfig.Reader(List.of(second.endpoint()), 2, 1_000);
        MySqlConfig.Reader other = new MySqlConfig.Reader(List.of(first.endpoint()), 2, 1_000);
        MySqlConfig config = config().with(new MySqlConfig.Readers(
                own, other, other, List.of(MySqlConfig.Server.HISTORY, MySqlConfig.Server.WRITER)));
        MySqlBookStore split = MySqlBookStore.open(vertx, config, metrics, 300_000);
        ok(split.saveStream(new StreamInfo("st", "t", null, null)));
        ok(split.saveCurrent(List.of(OwnBooks.count("st", 5, NOON, 1))));
        await().atMost(10, SECONDS).until(() -> !ok(split.ranking(null, 0, 10)).isEmpty());
        assertThat(fallbacks()).isZero();

        second.kill();
        assertThat(ok(split.ranking(null, 0, 10))).hasSize(1);
        assertThat(fallbacks()).isPositive();
        second.start();

        await().atMost(20, SECONDS).untilAsserted(() -> {
            double before = fallbacks();
            assertThat(ok(split.ranking(null, 0, 10))).hasSize(1);
            assertThat(fallbacks()).isEqualTo(before);
        });
        split.close().await(10, SECONDS);
    }

    /** Like the writer of sessions: a batch is repeated until it is acknowledged, and only then comes the next. */
    private void write() {
        for (int batch = 0; !ended.get(); ) {
            int from = batch * BATCH;
            List<FinishedSession> sessions = IntStream.range(from, from + BATCH)
                    .mapToObj(i -> new FinishedSession(
                            "st", "u" + i, "s" + i, "n1", NOON + i, NOON + i + 60_000, EndCause.CLOSED))
                    .toList();
            try {
                ok(books.saveSessions(sessions));
                acknowledged.addAndGet(BATCH);
                batch++;
            } catch (Exception e) {
                // Repeated, as the rounds of the verticle do.
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private double fallbacks() {
        return metrics.counter("headcount.mysql.fallbacks", "reader", "ranking").count();
    }

    private MySqlConfig config() {
        return new MySqlConfig(
                List.of(first.endpoint(), second.endpoint()), DATABASE, "root", first.password(), 4, 1_000);
    }

    private static String tables(OwnMySql server) throws Exception {
        return server.one(
                "",
                "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '" + DATABASE
                        + "' AND table_name IN ('daily_statistics', 'reconciliations')");
    }

    private static <T> T ok(Future<T> future) throws Exception {
        return future.await(10, SECONDS);
    }
}
