package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.model.Count;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Repair;
import io.headcount.model.StreamInfo;
import io.headcount.store.BookException;
import io.headcount.store.BookStore;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MySqlBookStoreIT extends OwnBooks {
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
}
