package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.Audience;
import io.headcount.model.DayTotals;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Overlap;
import io.headcount.model.Revenue;
import io.headcount.model.Scope;
import io.headcount.model.StreamInfo;
import io.headcount.model.Subject;
import io.headcount.store.Analysis;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnalysisIT extends OwnBooks {
    private static final long MINUTE = 60_000;
    private static final LocalDate DAY = LocalDate.parse("2026-11-23");

    @Test
    void countsHowLongEachUserStayedOverTabsAndBreaks() throws Exception {
        ok(books.saveSessions(List.of(
                // Two tabs at once are one stay of 10 minutes; after a break come 5 more.
                watched("a", "u1", "s1", 0, 8),
                watched("a", "u1", "s2", 2, 10),
                watched("a", "u1", "s3", 3, 4),
                watched("a", "u1", "s4", 20, 25),
                watched("a", "u2", "s5", 0, 1),
                watched("a", "u3", "s6", 5, 6 * 60 * 24),
                watched("b", "u4", "s7", 0, 30),
                watched("a", "u5", "s8", 60, 90))));

        Audience audience = ok(books.analysis().audience("a", NOON, NOON + 60 * MINUTE));

        assertThat(audience.viewers()).isEqualTo(3);
        assertThat(audience.viewersByMinutes()).isEqualTo(Map.of(1, 1L, 15, 1L, Audience.MOST_MINUTES, 1L));
        assertThat(audience.watchSeconds()).isEqualTo(60.0 * (15 + 1 + 6 * 60 * 24 - 5));
        assertThat(audience.stayed(15)).isEqualTo(2);
        assertThat(audience.stayedBetween(0, 15)).isEqualTo(1);
        assertThat(audience.medianMinutes()).isEqualTo(15);
        assertThat(ok(books.analysis().audience("nobody", NOON, NOON + MINUTE)).viewers())
                .isZero();
    }

    @Test
    void tellsHowManyWatchedTwoStreams() throws Exception {
        ok(books.saveSessions(List.of(
                watched("a", "u1", "s1", 0, 8),
                watched("a", "u1", "s2", 1, 8),
                watched("b", "u1", "s3", 9, 10),
                watched("a", "u2", "s4", 0, 8),
                watched("b", "u3", "s5", 0, 8),
                watched("b", "u4", "s6", 0, 8),
                watched("c", "u2", "s7", 0, 8),
                watched("b", "u2", "s8", 60, 61))));

        assertThat(ok(books.analysis().overlap("a", "b", NOON, NOON + 60 * MINUTE)))
                .isEqualTo(new Overlap(2, 3, 1));
        assertThat(ok(books.analysis().overlap("a", "b", 0, MINUTE))).isEqualTo(new Overlap(0, 0, 0));
    }

    @Test
    void listsTheDaysOfAllStreamsPageByPage() throws Exception {
        for (String stream : List.of("c", "a", "b")) {
            ok(books.saveHistory(List.of(bucket(stream, NOON, 4), bucket(stream, NOON - 24 * 60 * MINUTE, 4))));
        }
        ok(books.statistics().compute(DAY.minusDays(1), ZoneOffset.UTC));
        ok(books.statistics().compute(DAY, ZoneOffset.UTC));

        List<DayTotals> first = daily(null, 4);
        DayTotals last = first.get(3);
        List<DayTotals> second =
                daily(new Analysis.Line(last.day(), last.subject().id()), 4);

        assertThat(first)
                .extracting(day -> day.day() + " " + day.subject().id())
                .containsExactly("2026-11-22 a", "2026-11-22 b", "2026-11-22 c", "2026-11-23 a");
        assertThat(second)
                .extracting(day -> day.day() + " " + day.subject().id())
                .containsExactly("2026-11-23 b", "2026-11-23 c");
    }

    @Test
    void estimatesRevenueByCategory() throws Exception {
        mysql.execute(
                DATABASE,
                "TRUNCATE TABLE categories",
                "INSERT INTO categories (category_id, cpm) VALUES ('games', 4), ('music', 2)");
        ok(books.saveStream(new StreamInfo("a", "A", "bob", "games")));
        ok(books.saveStream(new StreamInfo("b", "B", "bob", "music")));
        ok(books.saveStream(new StreamInfo("c", "C", "alice", "music")));
        ok(books.saveHistory(
                List.of(bucket("a", NOON, 100), bucket("b", NOON, 100), bucket("c", NOON, 300), bucket("d", NOON, 1))));
        ok(books.statistics().compute(DAY, ZoneOffset.UTC));

        assertThat(revenue(Subject.PLATFORM))
                .containsExactly(
                        new Revenue("music", 2_000, 2.0, 4.0),
                        new Revenue("games", 500, 4.0, 2.0),
                        new Revenue(null, 5, null, null));
        assertThat(revenue(new Subject(Scope.BROADCASTER, "bob")))
                .containsExactly(new Revenue("games", 500, 4.0, 2.0), new Revenue("music", 500, 2.0, 1.0));
        assertThat(revenue(new Subject(Scope.CATEGORY, "games"))).containsExactly(new Revenue("games", 500, 4.0, 2.0));
        assertThat(revenue(Subject.stream("d"))).containsExactly(new Revenue(null, 5, null, null));
    }

    private List<DayTotals> daily(Analysis.Line after, int limit) throws Exception {
        return ok(books.analysis().daily(Scope.STREAM, DAY.minusDays(1), DAY.plusDays(1), after, limit));
    }

    private List<Revenue> revenue(Subject subject) throws Exception {
        return ok(books.analysis().revenue(subject, DAY, DAY.plusDays(1)));
    }

    private static FinishedSession watched(String stream, String user, String session, int from, int to) {
        return new FinishedSession(
                stream, user, session, "n1", NOON + from * MINUTE, NOON + to * MINUTE, EndCause.CLOSED);
    }

    private static HistoryPoint bucket(String stream, long at, double avg) {
        return new HistoryPoint(stream, at, 0, 0, 0, 1, avg, 0, 0, 1);
    }
}
