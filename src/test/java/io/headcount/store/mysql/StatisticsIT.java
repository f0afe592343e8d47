package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.StreamInfo;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsIT extends OwnBooks {
    private static final ZoneId SEOUL = ZoneId.of("Asia/Seoul");
    private static final LocalDate DAY = LocalDate.parse("2026-11-22");
    private static final long START = Instant.parse("2026-11-21T15:00:00Z").toEpochMilli();
    private static final long END = START + 86_400_000;
    private static final long HOUR = 3_600_000;
    private static final long BUCKET = 300_000;

    @Test
    void countsADayOfSeoulForStreamsBroadcastersCategoriesAndThePlatformTheSameTwice() throws Exception {
        books();

        int rows = ok(books.statistics().compute(DAY, SEOUL));
        String first = all();
        int again = ok(books.statistics().compute(DAY, SEOUL));

        assertThat(rows).isEqualTo(5).isEqualTo(again);
        assertThat(all()).isEqualTo(first);
        // u1 was there the day before; its session over midnight counts for the hour of this day.
        assertThat(day("stream", "a")).isEqualTo("viewers 2, new 1, returning 1, sessions 3, watched 10800, avg 3600");
        assertThat(day("stream", "b")).isEqualTo("viewers 2, new 2, returning 0, sessions 2, watched 7200, avg 3600");
        // u2 watched both streams, and is one viewer.
        assertThat(day("broadcaster", "bob"))
                .isEqualTo("viewers 3, new 2, returning 1, sessions 5, watched 18000, avg 3600");
        assertThat(day("category", "games"))
                .isEqualTo("viewers 2, new 1, returning 1, sessions 3, watched 10800, avg 3600");
        assertThat(day("platform", "platform"))
                .isEqualTo("viewers 3, new 2, returning 1, sessions 5, watched 18000, avg 3600");
    }

    @Test
    void takesPeaksAndViewerMinutesFromHistoryAndEstimatesRevenueByTheCategorysCpm() throws Exception {
        books();

        ok(books.statistics().compute(DAY, SEOUL));

        // Buckets of 5 minutes: 10 and 20 viewers on average; the one of the next day is not this day's.
        assertThat(one("SELECT CONCAT_WS(' ', peak_viewers, peak_at, avg_viewers, viewer_minutes, live_seconds,"
                        + " revenue_estimate) FROM daily_statistics WHERE scope = 'stream' AND subject_id = 'a'"))
                .isEqualTo("25 2026-11-21 15:05:00.000 15 150 600 0.6");
        assertThat(one("SELECT COUNT(*) FROM daily_statistics WHERE scope = 'stream' AND subject_id = 'b'"
                        + " AND revenue_estimate IS NULL"))
                .isEqualTo("1");
        assertThat(one("SELECT CONCAT_WS(' ', peak_viewers, peak_at, revenue_estimate) FROM daily_statistics"
                        + " WHERE scope = 'platform'"))
                .isEqualTo("24 2026-11-21 15:05:00.000 0.6");
    }

    @Test
    void forgetsWhatTheDayHadBeforeAUserWasErased() throws Exception {
        books();
        ok(books.statistics().compute(DAY, SEOUL));
        ok(books.retention().erase("u2"));
        ok(books.retention().erase("u3"));
        mysql.execute(DATABASE, "DELETE FROM viewer_history WHERE stream_id = 'b'", "DO SLEEP(0.01)");

        assertThat(ok(books.statistics().compute(DAY, SEOUL))).isEqualTo(4);

        assertThat(one("SELECT COUNT(*) FROM daily_statistics WHERE subject_id = 'b'"))
                .isEqualTo("0");
        assertThat(ok(books.statistics().computedSince(DAY, 0))).isTrue();
        assertThat(ok(books.statistics().computedSince(DAY.plusDays(1), 0))).isFalse();
    }

    private void books() throws Exception {
        mysql.execute(
                DATABASE, "TRUNCATE TABLE categories", "INSERT INTO categories (category_id, cpm) VALUES ('games', 4)");
        ok(books.saveStream(new StreamInfo("a", "A", "bob", "games")));
        ok(books.saveStream(new StreamInfo("b", "B", "bob", null)));
        ok(books.saveSessions(List.of(
                watched("a", "u1", "s1", START - HOUR, START + HOUR),
                watched("a", "u1", "s2", START + 2 * HOUR, START + 3 * HOUR),
                watched("a", "u2", "s3", END - HOUR, END + HOUR),
                watched("b", "u2", "s4", START + HOUR, START + 2 * HOUR),
                watched("b", "u3", "s5", START + HOUR, START + 2 * HOUR),
                watched("b", "u4", "s6", END, END + HOUR))));
        ok(books.saveHistory(List.of(
                bucket("a", START, 12, 10),
                bucket("a", START + BUCKET, 25, 20),
                bucket("a", END, 99, 99),
                bucket("b", START + BUCKET, 5, 4))));
    }

    private static FinishedSession watched(String stream, String user, String session, long from, long to) {
        return new FinishedSession(stream, user, session, "n1", from, to, EndCause.CLOSED);
    }

    private static HistoryPoint bucket(String stream, long at, long max, double avg) {
        return new HistoryPoint(stream, at, 0, 0, 0, max, avg, 0, 0, 1);
    }

    private static String day(String scope, String subject) throws Exception {
        return one("SELECT CONCAT('viewers ', viewers, ', new ', new_viewers, ', returning ', returning_viewers,"
                + " ', sessions ', sessions, ', watched ', watch_seconds, ', avg ', avg_watch_seconds)"
                + " FROM daily_statistics WHERE `day` = '2026-11-22' AND scope = '" + scope + "' AND subject_id = '"
                + subject + "'");
    }

    private static String all() throws Exception {
        return one("SELECT GROUP_CONCAT(CONCAT_WS('|', `day`, scope, subject_id, title, broadcaster_id, category_id,"
                + " viewers, sessions, watch_seconds, peak_viewers, peak_at, avg_viewers, live_seconds, new_viewers,"
                + " returning_viewers, viewer_minutes, avg_watch_seconds, revenue_estimate) ORDER BY scope, subject_id)"
                + " FROM daily_statistics");
    }
}
