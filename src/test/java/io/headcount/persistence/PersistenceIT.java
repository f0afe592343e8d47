package io.headcount.persistence;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.config.HeadcountConfig;
import io.headcount.config.MySqlConfig;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.Mode;
import io.headcount.model.Repair;
import io.headcount.model.SharedClock;
import io.headcount.store.mysql.Migrations;
import io.headcount.store.mysql.MySqlBookStore;
import io.headcount.store.mysql.OwnMySql;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real MySQL and a real bus; what comes from Redis is scripted, so that broken entries and outages can be made. */
class PersistenceIT {
    private static final String DATABASE = "books";
    private static final List<String> TABLES = List.of(
            "streams", "current_viewers", "viewer_history", "user_sessions", "session_rejects", "reconciliations");
    private static OwnMySql mysql;
    private static MySqlConfig mysqlConfig;

    private final ScriptedRedis redis = new ScriptedRedis();
    private final SharedClock clock = new SharedClock();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Vertx vertx;
    private Bus bus;
    private MySqlBookStore books;
    private String verticle;

    @BeforeAll
    static void startServer() throws Exception {
        mysql = new OwnMySql();
        mysql.execute("", "CREATE DATABASE " + DATABASE);
        mysqlConfig = mysql.config(DATABASE);
        Migrations.run(mysqlConfig);
    }

    @AfterAll
    static void stopServer() throws Exception {
        mysql.stop();
    }

    @BeforeEach
    void start() throws Exception {
        for (String table : TABLES) {
            mysql.execute(DATABASE, "TRUNCATE TABLE " + table);
        }
        vertx = Vertx.vertx();
        bus = Bus.install(vertx);
        books = MySqlBookStore.open(vertx, mysqlConfig);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    @Test
    void writesChangedCountsOfOwnedStreamsWithinTwoSecondsAndOnlyThose() throws Exception {
        deploy(Map.of());

        publish(count("a", 3, 1_000), count("not-mine", 8, 1_000));
        await().atMost(2, SECONDS).until(() -> "3".equals(viewers("a")));
        publish(count("a", 0, 2_000));
        await().atMost(2, SECONDS).until(() -> "0".equals(viewers("a")));

        assertThat(one("SELECT COUNT(*) FROM current_viewers")).isEqualTo("1");
        double written = rows("current_viewers");
        publish(count("a", 0, 3_000));
        publish(count("b", 1, 3_000));
        await().until(() -> "1".equals(viewers("b")));
        assertThat(rows("current_viewers"))
                .as("the unchanged count is not written")
                .isEqualTo(written + 1);
    }

    @Test
    void writesEverythingAfterMySqlWasKilledAndIsBack() throws Exception {
        deploy(Map.of());
        publish(count("a", 1, 1_000));
        await().until(() -> "1".equals(viewers("a")));

        mysql.kill();
        for (int i = 0; i < 2_500; i++) {
            publish(count("s" + i, i, 1_000));
        }
        publish(count("a", 2, 2_000));
        for (int i = 0; i < 2_500; i++) {
            redis.finish(i % 16, session("x" + i));
        }
        bus.publish(Addresses.REPAIRED, new Message.Repaired(repair()));
        await().until(() ->
                failures("current_viewers") > 1 && failures("user_sessions") > 0 && failures("reconciliations") > 0);
        mysql.start();

        catchUp().until(() -> "2".equals(viewers("a")));
        catchUp().until(() -> "2501".equals(one("SELECT COUNT(*) FROM current_viewers")));
        catchUp().until(() -> "2500".equals(one("SELECT COUNT(*) FROM user_sessions")));
        catchUp().until(() -> "1".equals(one("SELECT COUNT(*) FROM reconciliations")));
        assertThat(one("SELECT SUM(viewers) FROM current_viewers")).isEqualTo("" + (2_500 * 2_499 / 2 + 2));
        await().until(() -> redis.waiting() == 0);
        await().until(() -> metrics.get("headcount.books.lag.seconds").gauge().value() == 0);
    }

    @Test
    void writesAgainAfterTheServerWasReadOnly() throws Exception {
        deploy(Map.of());
        publish(count("a", 1, 1_000));
        await().until(() -> "1".equals(viewers("a")));

        mysql.readOnly(true);
        publish(count("a", 2, 2_000));
        redis.finish(0, session("x"));
        await().until(() -> failures("current_viewers") > 0 && failures("user_sessions") > 0);
        mysql.readOnly(false);

        catchUp().until(() -> "2".equals(viewers("a")));
        catchUp().until(() -> "1".equals(one("SELECT COUNT(*) FROM user_sessions")));
    }

    @Test
    void acknowledgesSessionsOnlyOnceTheyAreWritten() throws Exception {
        deploy(Map.of());
        IntStream.range(0, 3_500).forEach(i -> redis.finish(i % 2, session("x" + i)));

        await().until(() -> redis.waiting() == 0);

        assertThat(one("SELECT COUNT(*) FROM user_sessions")).isEqualTo("3500");
        await().atMost(8, SECONDS)
                .until(() ->
                        metrics.get("headcount.books.sessions.waiting").gauge().value() == 0);
    }

    @Test
    void setsAsideAnEntryThatCannotBeWrittenAndWritesAllOthers() throws Exception {
        IntStream.range(0, 700).forEach(i -> redis.finish(5, session("x" + i)));
        redis.finish(5, session("x".repeat(65)));
        redis.finishUnreadable(5, "gibberish");
        IntStream.range(700, 900).forEach(i -> redis.finish(5, session("x" + i)));
        deploy(Map.of());

        await().until(() -> redis.waiting() == 0);

        assertThat(one("SELECT COUNT(*) FROM user_sessions")).isEqualTo("900");
        assertThat(one("SELECT GROUP_CONCAT(part ORDER BY raw) FROM session_rejects"))
                .isEqualTo("5,5");
        assertThat(one("SELECT error FROM session_rejects WHERE raw = 'gibberish'"))
                .isEqualTo("cannot be read");
        assertThat(one("SELECT error FROM session_rejects WHERE raw <> 'gibberish'"))
                .contains("too long");
    }

    @Test
    void writesTheLastBucketOfEachOwnedLiveStreamAfterEachBoundary() throws Exception {
        redis.live.addAll(IntStream.range(0, 300).mapToObj(i -> "s" + i).toList());
        redis.live.addAll(Set.of("not-mine", "unseen"));
        deploy(Map.of("historyMillis", 2_000));

        await().until(() -> Integer.parseInt(one("SELECT COUNT(DISTINCT bucket_at) FROM viewer_history")) >= 2);

        await().until(() -> "300"
                .equals(one("SELECT MIN(n) FROM"
                        + " (SELECT COUNT(*) AS n FROM viewer_history GROUP BY bucket_at) AS buckets")));
        assertThat(one("SELECT COUNT(*) FROM viewer_history WHERE stream_id IN ('not-mine', 'unseen')"))
                .isEqualTo("0");
        assertThat(one("SELECT MAX(MOD(UNIX_TIMESTAMP(bucket_at), 2)) FROM viewer_history"))
                .startsWith("0");
    }

    @Test
    void losesNoHistoryWhenMySqlIsAwayForLessThanTwoBucketsAndCountsWhatIsLostBeyond() throws Exception {
        redis.live.addAll(Set.of("a", "b"));
        deploy(Map.of("historyMillis", 3_000));
        await().until(() -> "2".equals(one("SELECT COUNT(*) FROM viewer_history")));

        mysql.kill();
        await().atMost(30, SECONDS).until(() -> lost("viewer_history") >= 2);
        mysql.start();

        catchUp().until(() -> Integer.parseInt(one("SELECT COUNT(*) FROM viewer_history")) >= 6);
        // No row but those that were counted as lost is missing between the first and the last bucket.
        await().until(() -> {
            long expected = Long.parseLong(one("SELECT 2 * (TIMESTAMPDIFF(SECOND, MIN(bucket_at), MAX(bucket_at))"
                    + " DIV 3 + 1) FROM viewer_history"));
            return Long.parseLong(one("SELECT COUNT(*) FROM viewer_history")) + lost("viewer_history") == expected;
        });
    }

    @Test
    void correctsARowThatWasLeftBehindByAnEarlierLife() throws Exception {
        books.saveCurrent(List.of(count("left", 77, 1_000), count("not-mine", 5, 1_000)))
                .await(10, SECONDS);

        deploy(Map.of("flushMillis", 50));

        await().until(() -> "0".equals(viewers("left")));
        assertThat(viewers("not-mine")).isEqualTo("5");
    }

    @Test
    void writesWhatWaitsWhenItIsStopped() throws Exception {
        deploy(Map.of("flushMillis", 60_000));
        publish(count("a", 3, 1_000));

        // The bus delivers in order on the verticle's own event loop, before its stop.
        vertx.undeploy(verticle).await(20, SECONDS);

        assertThat(viewers("a")).isEqualTo("3");
    }

    @Test
    void preparesPartitionsAtItsStart() throws Exception {
        deploy(Map.of());

        await().until(() -> "6"
                .equals(one("SELECT COUNT(*) FROM information_schema.PARTITIONS"
                        + " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'user_sessions'")));
    }

    private void deploy(Map<String, Integer> booksConfig) throws Exception {
        Map<String, Object> tree = new HashMap<>(
                Map.of("flushMillis", 200, "historyMillis", 300_000, "sessionPollMillis", 100, "retryMillis", 200));
        tree.putAll(booksConfig);
        HeadcountConfig config = HeadcountConfig.read(Map.of("books", tree), Map.of());
        verticle = vertx.deployVerticle(new PersistenceVerticle(
                        config, new OneKeeper(), redis.counters(), redis, books, metrics, clock))
                .await(10, SECONDS);
    }

    private void publish(Count... counts) {
        bus.publish(Addresses.COUNTS, new Message.Counts("n1", List.of(counts)));
    }

    private static ConditionFactory catchUp() {
        return await().atMost(Duration.ofSeconds(20)).ignoreExceptions();
    }

    private double rows(String table) {
        return metrics.get("headcount.books.rows").tag("table", table).counter().count();
    }

    private double failures(String table) {
        return metrics.get("headcount.books.failures")
                .tag("table", table)
                .counter()
                .count();
    }

    private double lost(String table) {
        return metrics.get("headcount.books.lost").tag("table", table).counter().count();
    }

    private static Count count(String stream, long viewers, long asOfMillis) {
        return new Count(stream, viewers, viewers, 99, 1, asOfMillis, 1, Mode.EXACT);
    }

    private static FinishedSession session(String id) {
        return new FinishedSession("st", "u1", id, "n1", 1_000, 2_000, EndCause.CLOSED);
    }

    private static Repair repair() {
        return new Repair("a", "n1#2", 5, 6, 2, 1, "drift", 12, 1_000);
    }

    private static String viewers(String stream) throws SQLException {
        return one("SELECT viewers FROM current_viewers WHERE stream_id = '" + stream + "'");
    }

    private static String one(String sql) throws SQLException {
        return mysql.one(DATABASE, sql);
    }

    /** Owns everything but what says that it is not. */
    private static final class OneKeeper implements Roster {
        @Override
        public String self() {
            return "n1";
        }

        @Override
        public Set<String> nodes() {
            return Set.of("n1", "n2");
        }

        @Override
        public String owner(String stream) {
            return stream.startsWith("not-mine") ? "n2" : "n1";
        }
    }
}
