package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.Broadcast;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Scope;
import io.headcount.model.SeriesPoint;
import io.headcount.model.SeriesRange;
import io.headcount.model.Step;
import io.headcount.model.StreamInfo;
import io.headcount.model.Subject;
import io.headcount.store.History;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HistoryIT extends OwnBooks {
    private static final long BUCKET = 300_000;
    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;
    private static final ZoneId SEOUL = ZoneId.of("Asia/Seoul");

    private History history;

    @BeforeEach
    void history() {
        history = books.history();
    }

    @Test
    void givesAStreamsBucketsAsTheyWereAndPutsThemTogetherByTheHour() throws Exception {
        ok(books.saveHistory(List.of(
                new HistoryPoint("a", NOON, 1, 5, 1, 9, 4, 10, 6, 1),
                new HistoryPoint("a", NOON + BUCKET, 5, 7, 2, 8, 6, 3, 1, 0.5),
                new HistoryPoint("a", NOON + HOUR, 7, 0, 0, 7, 2, 0, 7, 1),
                new HistoryPoint("b", NOON, 99, 99, 99, 99, 99, 99, 99, 1))));

        assertThat(series("a", NOON, NOON + 2 * HOUR, Step.FIVE_MINUTES))
                .containsExactly(
                        new SeriesPoint(NOON, 1, 5, 1, 9, 4, 10, 6, 1),
                        new SeriesPoint(NOON + BUCKET, 5, 7, 2, 8, 6, 3, 1, 0.5),
                        new SeriesPoint(NOON + HOUR, 7, 0, 0, 7, 2, 0, 7, 1));
        // (4 * 1 + 6 * 0.5) / 1.5, over an eighth of an hour
        assertThat(series("a", NOON, NOON + 2 * HOUR, Step.HOUR))
                .containsExactly(
                        new SeriesPoint(NOON, 1, 7, 1, 9, 7 / 1.5, 13, 7, 1.5 / 12),
                        new SeriesPoint(NOON + HOUR, 7, 0, 0, 7, 2, 0, 7, 1 / 12.0));
        assertThat(series("a", NOON + BUCKET, NOON + HOUR, Step.FIVE_MINUTES)).hasSize(1);
        assertThat(ok(history.series(
                        Subject.stream("a"), new SeriesRange(NOON, NOON + DAY, Step.HOUR, ZoneOffset.UTC), 1)))
                .hasSize(1);
    }

    @Test
    void beginsDaysAtMidnightOfTheZoneAlsoWhereClocksAreChanged() throws Exception {
        long seoulsMidnight = Instant.parse("2026-11-22T15:00:00Z").toEpochMilli();
        ok(books.saveHistory(List.of(point("a", seoulsMidnight - BUCKET, 1), point("a", seoulsMidnight, 2))));
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        long longDay = Instant.parse("2026-10-24T22:00:00Z").toEpochMilli();
        ok(books.saveHistory(List.of(
                point("b", longDay, 1),
                point("b", longDay + 25 * HOUR - BUCKET, 3),
                point("b", longDay + 25 * HOUR, 5))));

        List<SeriesPoint> days = ok(history.series(
                Subject.stream("a"), new SeriesRange(seoulsMidnight - DAY, seoulsMidnight + DAY, Step.DAY, SEOUL), 10));
        List<SeriesPoint> changed = ok(history.series(
                Subject.stream("b"), new SeriesRange(longDay, longDay + 49 * HOUR, Step.DAY, berlin), 10));

        assertThat(days).extracting(SeriesPoint::atMillis).containsExactly(seoulsMidnight - DAY, seoulsMidnight);
        assertThat(changed).extracting(SeriesPoint::atMillis).containsExactly(longDay, longDay + 25 * HOUR);
        assertThat(changed).extracting(SeriesPoint::close).containsExactly(3L, 5L);
        assertThat(changed.get(0).coverage()).isEqualTo(2 * BUCKET / (25.0 * HOUR));
    }

    @Test
    void addsUpABroadcastersStreamsAndByKeepersSumsACategoryAndThePlatform() throws Exception {
        ok(books.saveStream(new StreamInfo("a", "A", "bob", "games")));
        ok(books.saveStream(new StreamInfo("b", "B", "bob", "music")));
        ok(books.saveHistory(List.of(
                new HistoryPoint("a", NOON, 1, 2, 1, 9, 4, 1, 0, 1),
                new HistoryPoint("b", NOON, 10, 20, 10, 90, 40, 10, 5, 1),
                new HistoryPoint("c", NOON, 100, 200, 100, 900, 400, 100, 50, 1),
                new HistoryPoint("a", NOON + BUCKET, 2, 3, 2, 3, 2, 2, 1, 1))));

        int summed = ok(books.groupTotals().sumUp(NOON, NOON + HOUR));
        int again = ok(books.groupTotals().sumUp(NOON, NOON + HOUR));

        assertThat(summed).isEqualTo(5).isEqualTo(again);
        assertThat(first(new Subject(Scope.BROADCASTER, "bob")))
                .isEqualTo(new SeriesPoint(NOON, 11, 22, 44, 44, 44, 11, 5, 1));
        assertThat(first(new Subject(Scope.CATEGORY, "music")))
                .isEqualTo(new SeriesPoint(NOON, 10, 20, 40, 40, 40, 10, 5, 1));
        assertThat(first(Subject.PLATFORM)).isEqualTo(new SeriesPoint(NOON, 111, 222, 444, 444, 444, 111, 55, 1));
        assertThat(ok(books.groupTotals().newest())).isEqualTo(NOON + BUCKET);
        assertThat(ok(books.groupTotals().firstHistory(NOON + 1))).isEqualTo(NOON + BUCKET);
        assertThat(ok(books.groupTotals().firstHistory(NOON + HOUR))).isZero();
    }

    @Test
    void knowsWhatHasARowOrAStreamAndNothingElse() throws Exception {
        mysql.execute(
                DATABASE,
                "TRUNCATE TABLE categories",
                "TRUNCATE TABLE broadcasters",
                "INSERT INTO categories (category_id) VALUES ('empty')");
        ok(books.saveStream(new StreamInfo("a", "A", "bob", "games")));
        ok(books.saveHistory(List.of(point("unnamed", NOON, 1))));

        assertThat(ok(history.known(Subject.PLATFORM))).isTrue();
        assertThat(known(Scope.STREAM, "a", "unnamed", "A")).containsExactly(true, true, false);
        assertThat(known(Scope.BROADCASTER, "bob", "alice")).containsExactly(true, false);
        assertThat(known(Scope.CATEGORY, "games", "empty", "none")).containsExactly(true, true, false);
    }

    @Test
    void tellsBroadcastsOfAStreamAndOfItsBroadcasterApartByBreaks() throws Exception {
        ok(books.saveStream(new StreamInfo("a", "A", "bob", null)));
        ok(books.saveStream(new StreamInfo("b", "B", "bob", null)));
        ok(books.saveStream(new StreamInfo("other", "O", "alice", null)));
        ok(books.saveHistory(List.of(
                point("a", NOON, 10),
                point("a", NOON + BUCKET, 20),
                // A pause of 25 minutes does not end it, one of 30 does.
                point("a", NOON + 7 * BUCKET, 40),
                point("a", NOON + 14 * BUCKET, 5),
                point("a", NOON + 15 * BUCKET, 0),
                point("b", NOON - DAY, 7),
                point("other", NOON, 9),
                point("a", NOON - 60 * DAY, 3))));

        List<Broadcast> found = ok(history.broadcasts("a", NOON - 30 * DAY, 6 * BUCKET));

        assertThat(found)
                .containsExactly(
                        new Broadcast("a", NOON + 14 * BUCKET, NOON + 15 * BUCKET, 5, 2.5, 12.5, 1),
                        new Broadcast("a", NOON, NOON + 8 * BUCKET, 40, 35 / 3.0, 175, 3),
                        new Broadcast("b", NOON - DAY, NOON - DAY + BUCKET, 7, 3.5, 17.5, 1));
    }

    @Test
    void readsDaysThatWereComputed() throws Exception {
        ok(books.saveStream(new StreamInfo("a", "A", "bob", null)));
        ok(books.saveHistory(List.of(point("a", NOON, 10))));
        LocalDate day = LocalDate.parse("2026-11-23");
        ok(books.statistics().compute(day, ZoneOffset.UTC));

        assertThat(ok(history.newestDay(day))).isEqualTo(day);
        assertThat(ok(history.newestDay(day.minusDays(1)))).isNull();
        assertThat(ok(history.days(Subject.stream("a"), day, day.plusDays(1)))).satisfiesExactly(row -> {
            assertThat(row.day()).isEqualTo(day);
            assertThat(row.title()).isEqualTo("A");
            assertThat(row.viewerMinutes()).isEqualTo(25);
            assertThat(row.peakViewers()).isEqualTo(10);
            assertThat(row.revenueEstimate()).isNull();
        });
        assertThat(ok(history.days(Subject.stream("a"), day.plusDays(1), day.plusDays(2))))
                .isEmpty();
        // The day's sums come with it.
        assertThat(first(Subject.PLATFORM).max()).isEqualTo(5);
    }

    @Test
    void opensOnlyThePartitionsOfTheMonthsThatAreAskedFor() throws Exception {
        ok(books.preparePartitions());
        LocalDate month = LocalDate.now(ZoneOffset.UTC).withDayOfMonth(1);
        long from = month.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
        String here = String.format("p%tY%<tm", month);
        ok(books.saveStream(new StreamInfo("a", "A", "bob", null)));
        ok(books.saveHistory(List.of(point("a", from, 1), point("a", from - DAY, 1), point("a", from + 40 * DAY, 1))));

        for (Subject subject : List.of(Subject.stream("a"), new Subject(Scope.BROADCASTER, "bob"))) {
            SeriesSql sql = SeriesSql.of(subject, new SeriesRange(from, from + DAY, Step.HOUR, SEOUL), 100);
            assertThat(partitions(sql)).as(subject.toString()).containsExactly(here);
        }
    }

    /** What EXPLAIN says of a prepared statement's partitions of the history. */
    private List<String> partitions(SeriesSql sql) throws Exception {
        Connections connections = new Connections(vertx, config);
        try {
            return ok(connections.rows("EXPLAIN " + sql.text(), sql.parameters())).stream()
                    .map(row -> row.getString("partitions"))
                    .filter(name -> name != null)
                    .distinct()
                    .toList();
        } finally {
            ok(connections.close());
        }
    }

    private List<SeriesPoint> series(String stream, long from, long to, Step step) throws Exception {
        return ok(history.series(Subject.stream(stream), new SeriesRange(from, to, step, ZoneOffset.UTC), 100));
    }

    private SeriesPoint first(Subject subject) throws Exception {
        return ok(history.series(subject, new SeriesRange(NOON, NOON + HOUR, Step.FIVE_MINUTES, ZoneOffset.UTC), 100))
                .get(0);
    }

    private List<Boolean> known(Scope scope, String... ids) throws Exception {
        List<Boolean> known = new ArrayList<>();
        for (String id : ids) {
            known.add(ok(history.known(new Subject(scope, id))));
        }
        return known;
    }
}
