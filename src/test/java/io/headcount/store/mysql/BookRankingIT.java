package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.MasterRecord;
import io.headcount.model.RankedBroadcaster;
import io.headcount.model.RankedStream;
import io.headcount.model.RisingStream;
import io.headcount.model.StreamInfo;
import io.headcount.store.MasterData;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BookRankingIT extends OwnBooks {
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
    void tellsPlacesGainedInFiveMinutesWithinTheSameCategory() throws Exception {
        ok(books.saveStream(new StreamInfo("a", null, null, "games")));
        ok(books.saveStream(new StreamInfo("c", null, null, "games")));
        for (int bucket = 1; bucket <= 4; bucket++) {
            ok(books.saveHistory(List.of(
                    point("a", bucketsAgo(bucket), 1),
                    point("b", bucketsAgo(bucket), 2),
                    point("c", bucketsAgo(bucket), 3),
                    point("z", bucketsAgo(bucket), 0))));
        }
        ok(books.saveHistory(List.of(point("a", bucketsAgo(5), 100))));
        ok(books.saveCurrent(List.of(
                count("a", 30, NOON, 1), count("b", 20, NOON, 1), count("c", 10, NOON, 1), count("z", 5, NOON, 1))));

        assertThat(changes(null)).containsExactly("a 2", "b 0", "c -2", "z null");
        assertThat(changes("games")).containsExactly("a 1", "c -1");
    }

    @Test
    void ranksStreamsThatGainViewersByThePaceOfFiveAndOfFifteenMinutes() throws Exception {
        ok(books.saveStream(new StreamInfo("new", "New", "bob", "games")));
        ok(books.saveStream(new StreamInfo("steady", "Steady", "bob", "music")));
        for (int bucket = 1; bucket <= 5; bucket++) {
            ok(books.saveHistory(List.of(
                    point("steady", bucketsAgo(bucket), 100),
                    point("grows", bucketsAgo(bucket), 10),
                    point("falls", bucketsAgo(bucket), 50))));
        }
        ok(books.saveCurrent(List.of(
                count("new", 90, NOON, 1),
                count("steady", 100, NOON, 1),
                count("grows", 40, NOON, 1),
                count("falls", 10, NOON, 1))));

        List<RisingStream> rising = ok(books.liveRankings().rising(null, 0, 10));

        assertThat(rising)
                .containsExactly(
                        new RisingStream(1, new StreamInfo("new", "New", "bob", "games"), 90, 90, 90, 12),
                        new RisingStream(2, new StreamInfo("grows", null, null, null), 40, 30, 30, 4));
        assertThat(ok(books.liveRankings().rising("music", 0, 10))).isEmpty();
        assertThat(ok(books.liveRankings().rising(null, 1, 10))).containsExactly(rising.get(1));
    }

    @Test
    void takesCountsToHaveChangedEvenlyBetweenTwoBuckets() throws Exception {
        for (int bucket = 1; bucket <= 5; bucket++) {
            ok(books.saveHistory(List.of(point("a", bucketsAgo(bucket), 5_000_000 - 1_000_000 * bucket))));
        }
        ok(books.saveCurrent(List.of(count("a", 5_000_000, NOON, 1))));

        double earliest = 5_000_000 - expectedFiveMinutesAgo();
        RisingStream line = ok(books.liveRankings().rising(null, 0, 10)).get(0);
        double latest = 5_000_000 - expectedFiveMinutesAgo();

        // A million in five minutes; between the two looks at the clock lies at most a bucket's end.
        assertThat(line.gain5())
                .satisfiesAnyOf(
                        gain -> assertThat(gain).isBetween(latest - 5_000, earliest + 5_000),
                        gain -> assertThat(latest).isGreaterThan(earliest));
        assertThat(line.gain15() - line.gain5()).isBetween(1_990_000.0, 2_010_000.0);
    }

    private static double expectedFiveMinutesAgo() {
        double into = System.currentTimeMillis() % 300_000 / 300_000.0;
        return 3_000_000 + into * 1_000_000;
    }

    @Test
    void knowsOfNothingThatRisesWhereTheHistoryDoesNotReach() throws Exception {
        ok(books.saveHistory(List.of(point("a", bucketsAgo(12), 1))));
        ok(books.saveCurrent(List.of(count("a", 30, NOON, 1))));

        assertThat(ok(books.liveRankings().rising(null, 0, 10))).isEmpty();
        assertThat(changes(null)).containsExactly("a null");
    }

    @Test
    void ranksBroadcastersByAllTheirStreams() throws Exception {
        mysql.execute(DATABASE, "TRUNCATE TABLE broadcasters");
        ok(books.masterData().save(MasterData.Kind.BROADCASTER, new MasterRecord("bob", "Bob 밥", null)));
        ok(books.saveStream(new StreamInfo("a", "A", "bob", null)));
        ok(books.saveStream(new StreamInfo("b", "B", "bob", null)));
        ok(books.saveStream(new StreamInfo("c", "C", "alice", null)));
        ok(books.saveCurrent(List.of(
                count("a", 5, NOON, 1), count("b", 6, NOON, 1), count("c", 10, NOON, 1), count("d", 99, NOON, 1))));

        assertThat(ok(books.liveRankings().broadcasters(0, 10)))
                .containsExactly(
                        new RankedBroadcaster(1, "bob", "Bob 밥", 11, 2),
                        new RankedBroadcaster(2, "alice", null, 10, 1));
        assertThat(ok(books.liveRankings().broadcasters(1, 10))).hasSize(1);
    }

    @Test
    void leavesNamesThatAreNotGivenAsTheyAre() throws Exception {
        mysql.execute(DATABASE, "TRUNCATE TABLE categories", "TRUNCATE TABLE users");
        MasterData data = books.masterData();

        MasterRecord created = ok(data.save(MasterData.Kind.CATEGORY, new MasterRecord("games", "Games", null)));
        MasterRecord changed = ok(data.save(MasterData.Kind.CATEGORY, new MasterRecord("games", null, 2.5)));

        assertThat(created).isEqualTo(new MasterRecord("games", "Games", null));
        assertThat(changed).isEqualTo(new MasterRecord("games", "Games", 2.5));
        assertThat(ok(data.save(MasterData.Kind.USER, new MasterRecord("u1", "Kim 김", null))))
                .isEqualTo(new MasterRecord("u1", "Kim 김", null));
        assertThat(one("SELECT name FROM users WHERE user_id = 'u1'")).isEqualTo("Kim 김");
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

    /** Start of the bucket so many before the one that is not over yet. */
    private static long bucketsAgo(int buckets) {
        return (System.currentTimeMillis() / 300_000 - buckets) * 300_000;
    }

    private List<String> changes(String category) throws Exception {
        return ok(books.ranking(category, 0, 10)).stream()
                .map(r -> r.stream().id() + " " + r.change())
                .toList();
    }
}
