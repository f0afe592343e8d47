package io.headcount.store.mysql;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headcount.config.HeadcountConfig;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Mode;
import io.headcount.model.RankedStream;
import io.headcount.model.Repair;
import io.headcount.model.StreamInfo;
import io.headcount.store.BookException;
import io.headcount.store.BookStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MySqlBookStoreIT {
    private static final String DATABASE = "books";
    private static final long NOON = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();
    private static final List<String> TABLES = List.of(
            "streams",
            "current_viewers",
            "viewer_history",
            "user_sessions",
            "session_rejects",
            "daily_statistics",
            "reconciliations");

    private static OwnMySql mysql;
    private static HeadcountConfig.MySql config;
    private static Vertx vertx;
    private MySqlBookStore books;

    @BeforeAll
    static void startServer() throws Exception {
        mysql = new OwnMySql();
        mysql.execute("", "CREATE DATABASE " + DATABASE);
        config = mysql.config(DATABASE);
        Migrations.run(config);
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopServer() throws Exception {
        vertx.close().await(10, SECONDS);
        mysql.stop();
    }

    @BeforeEach
    void open() throws SQLException {
        for (String table : TABLES) {
            mysql.execute(DATABASE, "TRUNCATE TABLE " + table);
        }
        books = MySqlBookStore.open(vertx, config);
    }

    @AfterEach
    void close() throws Exception {
        mysql.readOnly(false);
        books.close().await(10, SECONDS);
    }

    @Test
    void keepsTheNewerCountWhicheverIsWrittenLast() throws Exception {
        ok(books.saveCurrent(List.of(count("a", 5, NOON, 7))));
        ok(books.saveCurrent(List.of(count("a", 4, NOON - 1, 9))));
        assertThat(one("SELECT CONCAT_WS(' ', viewers, sessions, peak_viewers, revision, as_of) FROM current_viewers"))
                .isEqualTo("5 10 5 7 2026-11-23 12:00:00.000");

        ok(books.saveCurrent(List.of(count("a", 3, NOON, 6))));
        assertThat(one("SELECT viewers FROM current_viewers")).isEqualTo("5");

        ok(books.saveCurrent(List.of(count("a", 6, NOON, 8))));
        assertThat(one("SELECT viewers FROM current_viewers")).isEqualTo("6");

        ok(books.saveCurrent(List.of(count("a", 0, NOON + 1500, 1))));
        assertThat(one("SELECT CONCAT_WS(' ', viewers, sessions, revision, as_of) FROM current_viewers"))
                .isEqualTo("0 0 1 2026-11-23 12:00:01.500");
    }

    @Test
    void tellsStreamsApartThatDifferInCase() throws Exception {
        ok(books.saveCurrent(List.of(count("Ab", 1, NOON, 1), count("ab", 2, NOON, 1))));

        assertThat(one("SELECT viewers FROM current_viewers WHERE stream_id = 'Ab'"))
                .isEqualTo("1");
        assertThat(one("SELECT viewers FROM current_viewers WHERE stream_id = 'ab'"))
                .isEqualTo("2");
        assertThat(one("SELECT COUNT(*) FROM streams")).isEqualTo("2");
    }

    @Test
    void makesAStreamKnownWithItsFirstViewerAndOnlyRaisesItsPeak() throws Exception {
        ok(books.saveStream(new StreamInfo("b", "Known", null, null)));

        ok(books.saveCurrent(List.of(count("a", 9, NOON, 1), count("b", 7, NOON, 1))));
        // Redis lost its peak, and another keeper, which has never seen the stream, writes.
        MySqlBookStore other = MySqlBookStore.open(vertx, config);
        ok(other.saveCurrent(List.of(count("a", 3, NOON + 60_000, 1))));
        ok(other.close());

        assertThat(one("SELECT CONCAT_WS(' ', peak_viewers, peak_at) FROM streams WHERE stream_id = 'a'"))
                .isEqualTo("9 2026-11-23 12:00:00.000");
        assertThat(one("SELECT CONCAT_WS(' ', title, peak_viewers) FROM streams WHERE stream_id = 'b'"))
                .isEqualTo("Known 7");
        assertThat(one("SELECT peak_viewers FROM current_viewers WHERE stream_id = 'a'"))
                .isEqualTo("3");
    }

    @Test
    void writesASessionOnceAndTheFirstWriteWins() throws Exception {
        FinishedSession first = session("s1", NOON, NOON + 61_999);
        ok(books.saveSessions(List.of(first)));
        ok(books.saveSessions(List.of(session("s1", NOON, NOON + 5_000), session("S1", NOON, NOON + 1_000))));
        ok(books.saveSessions(List.of(session("s2", NOON, NOON + 2_000), session("s2", NOON, NOON + 3_000))));

        assertThat(one("SELECT COUNT(*) FROM user_sessions")).isEqualTo("3");
        assertThat(one("SELECT CONCAT_WS(' ', joined_at, left_at, watch_seconds, stream_id, user_id, node, end_cause)"
                        + " FROM user_sessions WHERE session = 's1'"))
                .isEqualTo("2026-11-23 12:00:00.000 2026-11-23 12:01:01.999 61 st u1 n1 closed");
        assertThat(one("SELECT watch_seconds FROM user_sessions WHERE session = 's2'"))
                .isEqualTo("2");
    }

    @Test
    void writesAThousandRowsOfEachKindInOneCall() throws Exception {
        List<Integer> thousand = IntStream.range(0, BookStore.MAX_ROWS).boxed().toList();

        ok(books.saveCurrent(
                thousand.stream().map(i -> count("s" + i, i, NOON, 1)).toList()));
        ok(books.saveHistory(thousand.stream().map(i -> point("s" + i, NOON, i)).toList()));
        ok(books.saveSessions(
                thousand.stream().map(i -> session("s" + i, NOON, NOON + 1_000)).toList()));

        for (String table : List.of("current_viewers", "viewer_history", "user_sessions", "streams")) {
            assertThat(one("SELECT COUNT(*) FROM " + table)).as(table).isEqualTo("1000");
        }
        List<Count> tooMany = IntStream.rangeClosed(0, BookStore.MAX_ROWS)
                .mapToObj(i -> count("s" + i, i, NOON, 1))
                .toList();
        assertThatThrownBy(() -> ok(books.saveCurrent(tooMany))).hasMessageContaining("1000");
    }

    @Test
    void replacesAHistoryRowThatIsWrittenAgain() throws Exception {
        ok(books.saveHistory(List.of(point("a", NOON, 5))));
        ok(books.saveHistory(List.of(new HistoryPoint("a", NOON, 1, 2, 0, 9, 2.5, 10, 9, 0.75))));

        assertThat(one("SELECT CONCAT_WS(' ', bucket_at, open, close, min, max, avg, joins, leaves, coverage)"
                        + " FROM viewer_history"))
                .isEqualTo("2026-11-23 12:00:00.000 1 2 0 9 2.5 10 9 0.75");
    }

    @Test
    void writesARepairOnce() throws Exception {
        Repair repair = new Repair("a", "n1#2", 5, 6, 2, 1, "drift", 12, NOON);

        ok(books.saveRepair(repair));
        ok(books.saveRepair(repair));

        assertThat(one("SELECT GROUP_CONCAT(CONCAT_WS(' ', stream_id, node, `before`, `after`, added, removed, cause,"
                        + " duration, at)) FROM reconciliations"))
                .isEqualTo("a n1#2 5 6 2 1 drift 12 2026-11-23 12:00:00.000");
    }

    @Test
    void saysWhichDataCanNeverBeWritten() {
        for (FinishedSession bad : List.of(
                session("x".repeat(65), NOON, NOON), session("é", NOON, NOON), session("s", NOON, Long.MAX_VALUE))) {
            assertThatThrownBy(() -> ok(books.saveSessions(List.of(bad))))
                    .as(bad.toString())
                    .isInstanceOfSatisfying(
                            BookException.class,
                            e -> assertThat(e.refused()).as(e.getMessage()).isTrue());
        }
    }

    @Test
    void setsAnEntryAsideOnceHoweverLongItIs() throws Exception {
        BookStore.Reject reject = new BookStore.Reject(3, "17-0", "x\u0000é".repeat(5_000), "e".repeat(5_000));

        ok(books.saveReject(reject));
        ok(books.saveReject(reject));

        assertThat(one("SELECT CONCAT_WS(' ', COUNT(*), MIN(part), MIN(entry_id), MIN(LENGTH(error)))"
                        + " FROM session_rejects"))
                .isEqualTo("1 3 17-0 500");
    }

    @Test
    void listsTheStreamsWhoseRowsNobodyWrites() throws Exception {
        ok(books.saveCurrent(
                List.of(count("old", 1, NOON, 1), count("zero", 0, NOON, 1), count("new", 1, NOON + 2_000, 1))));

        assertThat(ok(books.quietStreams(NOON + 1_000, ""))).containsExactly("old");
        assertThat(ok(books.quietStreams(NOON + 3_000, ""))).containsExactly("new", "old");
        assertThat(ok(books.quietStreams(NOON + 3_000, "new"))).containsExactly("old");
    }

    @Test
    void leavesMasterDataThatIsNotGivenAsItIs() throws Exception {
        assertThat(ok(books.stream("a"))).isNull();

        StreamInfo created = ok(books.saveStream(new StreamInfo("a", "Tetris 테트리스 🎮", "b1", null)));
        StreamInfo changed = ok(books.saveStream(new StreamInfo("a", null, null, "games")));

        assertThat(created).isEqualTo(new StreamInfo("a", "Tetris 테트리스 🎮", "b1", null));
        assertThat(changed).isEqualTo(new StreamInfo("a", "Tetris 테트리스 🎮", "b1", "games"));
        assertThat(ok(books.stream("a"))).isEqualTo(changed);
    }

    @Test
    void ranksLiveStreamsByViewersWithinACategoryPageByPage() throws Exception {
        ok(books.saveStream(new StreamInfo("a", "A", "x", "games")));
        ok(books.saveStream(new StreamInfo("b", "B", "x", "music")));
        ok(books.saveCurrent(List.of(
                count("a", 5, NOON, 1), count("b", 9, NOON, 1), count("c", 5, NOON, 1), count("d", 0, NOON, 1))));

        List<RankedStream> all = ok(books.ranking(null, 0, 100));

        assertThat(all)
                .containsExactly(
                        new RankedStream(1, new StreamInfo("b", "B", "x", "music"), 9, null),
                        new RankedStream(2, new StreamInfo("a", "A", "x", "games"), 5, null),
                        new RankedStream(3, new StreamInfo("c", null, null, null), 5, null));
        assertThat(ok(books.ranking(null, 1, 1))).containsExactly(all.get(1));
        assertThat(ok(books.ranking(null, 3, 10))).isEmpty();
        assertThat(ok(books.ranking("games", 0, 10)))
                .containsExactly(new RankedStream(1, new StreamInfo("a", "A", "x", "games"), 5, null));
        assertThat(ok(books.ranking("none", 0, 10))).isEmpty();
    }

    @Test
    void tellsPlacesGainedSinceTheLastBucketWithinTheSameCategory() throws Exception {
        long bucket = System.currentTimeMillis() / 300_000 * 300_000 - 300_000;
        ok(books.saveStream(new StreamInfo("a", null, null, "games")));
        ok(books.saveStream(new StreamInfo("c", null, null, "games")));
        ok(books.saveHistory(List.of(point("a", bucket, 1), point("b", bucket, 2), point("c", bucket, 3))));
        ok(books.saveHistory(List.of(point("a", bucket - 300_000, 100), point("z", bucket, 0))));
        ok(books.saveCurrent(List.of(
                count("a", 30, NOON, 1), count("b", 20, NOON, 1), count("c", 10, NOON, 1), count("z", 5, NOON, 1))));

        assertThat(changes(null)).containsExactly("a 2", "b 0", "c -2", "z null");
        assertThat(changes("games")).containsExactly("a 1", "c -1");
    }

    @Test
    void ranksTenThousandStreamsPageByPageWithoutAGap() throws Exception {
        for (int page = 0; page < 10; page++) {
            int from = page * 1000;
            ok(books.saveCurrent(IntStream.range(from, from + 1000)
                    .mapToObj(i -> count("s" + i, 1 + i % 977, NOON, 1))
                    .toList()));
        }

        List<RankedStream> ranked = new ArrayList<>();
        for (int page = 0; page < 20; page++) {
            ranked.addAll(ok(books.ranking(null, page * 100L, 100)));
        }

        assertThat(ranked)
                .extracting(RankedStream::rank)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 2_000).boxed().toList());
        assertThat(ranked).extracting(RankedStream::viewers).isSortedAccordingTo(Comparator.reverseOrder());
    }

    @Test
    void preparesThreePartitionsAheadOnceAndRefusesNoRowForItsTime() throws Exception {
        ok(Future.all(books.preparePartitions(), books.preparePartitions()));
        ok(books.preparePartitions());

        assertThat(partitions("user_sessions", "DAY", "%Y%m%d")).isEqualTo("1,1,1,1 of 6");
        assertThat(partitions("viewer_history", "MONTH", "%Y%m")).isEqualTo("1,1,1,1 of 6");
        long farAhead = Instant.parse("2099-01-01T00:00:00Z").toEpochMilli();
        ok(books.saveSessions(List.of(session("late", farAhead, farAhead), session("early", 0, 1_000))));
        ok(books.saveHistory(List.of(point("late", farAhead, 1), point("early", 0, 1))));
        assertThat(one("SELECT COUNT(*) FROM user_sessions PARTITION (future)")).isEqualTo("1");
        assertThat(one("SELECT COUNT(*) FROM viewer_history PARTITION (future)"))
                .isEqualTo("1");
    }

    @Test
    void givesMissedDaysTheirPartitionsAndMovesTheirRowsThere() throws Exception {
        mysql.execute("", "DROP DATABASE IF EXISTS gap", "CREATE DATABASE gap");
        Migrations.run(mysql.config("gap"));
        Connections connections = new Connections(vertx, mysql.config("gap"));
        MySqlBookStore gap = MySqlBookStore.open(vertx, mysql.config("gap"));
        Partitions partitions = new Partitions(connections);
        LocalDate day = LocalDate.parse("2027-01-30");
        ok(partitions.prepare(day));

        long missed = Instant.parse("2027-02-06T10:00:00Z").toEpochMilli();
        ok(gap.saveSessions(List.of(session("s", missed, missed))));
        assertThat(mysql.one("gap", "SELECT COUNT(*) FROM user_sessions PARTITION (future)"))
                .isEqualTo("1");
        ok(partitions.prepare(day.plusDays(10)));

        assertThat(mysql.one("gap", "SELECT COUNT(*) FROM user_sessions PARTITION (p20270206)"))
                .isEqualTo("1");
        assertThat(mysql.one(
                        "gap",
                        "SELECT GROUP_CONCAT(PARTITION_NAME ORDER BY PARTITION_ORDINAL_POSITION)"
                                + " FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'gap'"
                                + " AND TABLE_NAME = 'viewer_history'"))
                .isEqualTo("past,p202701,p202702,p202703,p202704,p202705,future");
        ok(gap.close());
        ok(connections.close());
    }

    @Test
    void writesAgainWhenAKilledServerIsBack() throws Exception {
        ok(books.saveCurrent(List.of(count("a", 1, NOON, 1))));

        mysql.kill();
        assertThatThrownBy(() -> ok(books.saveCurrent(List.of(count("a", 2, NOON + 1, 2)))))
                .isInstanceOfSatisfying(
                        BookException.class, e -> assertThat(e.advice()).contains("mysql.host"));
        mysql.start();

        assertThatCode(() -> ok(books.saveCurrent(List.of(count("a", 3, NOON + 2, 3)))))
                .doesNotThrowAnyException();
        assertThat(one("SELECT viewers FROM current_viewers")).isEqualTo("3");
    }

    @Test
    void givesUpAFrozenServerInTimeAndUsesItAgainAfterwards() throws Exception {
        ok(books.ping());

        mysql.freeze();
        long start = System.nanoTime();
        List<Future<Void>> calls =
                Collections.nCopies(12, 0).stream().map(i -> books.ping()).toList();
        for (Future<Void> call : calls) {
            assertThatThrownBy(() -> ok(call)).isInstanceOf(BookException.class);
        }
        long tookMillis = (System.nanoTime() - start) / 1_000_000;
        mysql.thaw();

        assertThat(tookMillis).isBetween(900L, 2_900L);
        await().atMost(5, SECONDS).untilAsserted(() -> ok(books.ping()));
    }

    @Test
    void writesAgainOnceTheServerIsNoLongerReadOnlyAndLeavesNoConnectionBehind() throws Exception {
        ok(Future.all(books.ping(), books.ping(), books.ping(), books.ping()));
        String before = connectionIds();

        mysql.readOnly(true);
        assertThatThrownBy(() -> ok(books.saveCurrent(List.of(count("a", 1, NOON, 1)))))
                .isInstanceOfSatisfying(
                        BookException.class,
                        e -> assertThat(e.advice()).as(e.getMessage()).contains("failover"));
        List<String> after = new ArrayList<>(List.of(connectionIds().split(",")));
        mysql.readOnly(false);

        // Every connection from before met the read-only server once at most.
        assertThat(after).doesNotContainAnyElementsOf(List.of(before.split(",")));
        ok(books.saveCurrent(List.of(count("a", 2, NOON, 1))));
        assertThat(one("SELECT viewers FROM current_viewers")).isEqualTo("2");
    }

    @Test
    void refusesWhatWouldWaitTooLongInLine() {
        // The connections and the places in line are few, so a flood fails at once instead of growing.
        List<Future<Void>> flood =
                IntStream.range(0, 2_000).mapToObj(i -> books.ping()).toList();

        assertThatThrownBy(() -> ok(Future.join(flood))).isInstanceOf(BookException.class);
        assertThat(flood.stream().filter(Future::succeeded).count()).isPositive();
        assertThatCode(() -> ok(books.ping())).doesNotThrowAnyException();
    }

    private List<String> changes(String category) throws Exception {
        return ok(books.ranking(category, 0, 10)).stream()
                .map(r -> r.stream().id() + " " + r.change())
                .toList();
    }

    private static String connectionIds() throws SQLException {
        return one("SELECT COALESCE(GROUP_CONCAT(id), 'none') FROM information_schema.processlist WHERE db = '"
                + DATABASE + "' AND id <> CONNECTION_ID()");
    }

    private static String partitions(String table, String unit, String format) throws SQLException {
        List<String> there = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            there.add("COUNT(IF(PARTITION_NAME = CONCAT('p', DATE_FORMAT(UTC_DATE() + INTERVAL " + i + " " + unit
                    + ", '" + format + "')), 1, NULL))");
        }
        return one("SELECT CONCAT(CONCAT_WS(',', " + String.join(", ", there) + "), ' of ', COUNT(*))"
                + " FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '" + table
                + "'");
    }

    private static Count count(String stream, long viewers, long asOfMillis, long revision) {
        return new Count(
                stream, viewers, viewers * 2, viewers, viewers == 0 ? 0 : NOON, asOfMillis, revision, Mode.EXACT);
    }

    private static HistoryPoint point(String stream, long bucketAtMillis, long close) {
        return new HistoryPoint(stream, bucketAtMillis, 0, close, 0, close, close / 2.0, 1, 1, 1);
    }

    private static FinishedSession session(String id, long joinedAtMillis, long leftAtMillis) {
        return new FinishedSession("st", "u1", id, "n1", joinedAtMillis, leftAtMillis, EndCause.CLOSED);
    }

    private static <T> T ok(Future<T> future) throws Exception {
        return future.await(10, SECONDS);
    }

    private static String one(String sql) throws SQLException {
        return mysql.one(DATABASE, sql);
    }
}
