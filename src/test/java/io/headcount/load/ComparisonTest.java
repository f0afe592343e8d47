package io.headcount.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ComparisonTest {
    private final Comparison comparison = new Comparison(
            Plans.plan(10, List.of("127.0.0.1:1"), 3),
            List.of(new StreamTruth(5, 6, 5, 5), new StreamTruth(2, 2, 1, 2), StreamTruth.NOBODY));

    @Test
    void findsNothingWhereAllAgrees() {
        comparison.api("api", Map.of("s1", new CountsApi.Answer(5, 6), "s2", new CountsApi.Answer(2, 2)));
        comparison.books("books", Map.of("s1", 5L, "s2", 2L, "s3", 0L));

        assertThat(comparison.differences()).isEmpty();
    }

    @Test
    void namesEachDifference() {
        comparison.api("api", Map.of("s1", new CountsApi.Answer(5, 5), "s3", new CountsApi.Answer(1, 0)));
        comparison.sockets();
        comparison.books("books", Map.of("s1", 5L));

        assertThat(comparison.differences())
                .containsExactly(
                        new Difference("s1", "api", "sessions", 6, 5),
                        new Difference("s2", "api", "users", 2, 0),
                        new Difference("s2", "api", "sessions", 2, 0),
                        new Difference("s3", "api", "users", 0, 1),
                        new Difference("s2", "sockets", "least last count", 2, 1),
                        new Difference("s2", "books", "users", 2, 0));
    }

    @Test
    void addsCrowdsTogether() {
        assertThat(new StreamTruth(5, 6, 4, 9).plus(new StreamTruth(1, 2, 7, 10)))
                .isEqualTo(new StreamTruth(6, 8, 4, 10));
        assertThat(StreamTruth.NOBODY.plus(new StreamTruth(1, 2, 7, 10))).isEqualTo(new StreamTruth(1, 2, 7, 10));
    }

    @Test
    void asksInPiecesThatFitIntoARequestLine() {
        List<String> streams = java.util.stream.IntStream.range(0, 1_200)
                .mapToObj(i -> "s" + i)
                .toList();

        List<String> queries = CountsApi.queries(streams);

        assertThat(queries).allMatch(query -> query.length() <= 3_900 && query.split("&", -1).length <= 500);
        assertThat(String.join("&", queries).split("&", -1))
                .containsExactlyElementsOf(
                        streams.stream().map(stream -> "stream=" + stream).toList());
    }
}
