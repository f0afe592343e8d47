package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.RankedStream;
import io.headcount.model.StreamInfo;
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

    private List<String> changes(String category) throws Exception {
        return ok(books.ranking(category, 0, 10)).stream()
                .map(r -> r.stream().id() + " " + r.change())
                .toList();
    }
}
