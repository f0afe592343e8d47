package io.headcount.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.IntSummaryStatistics;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TabCountsTest {
    @ParameterizedTest
    @ValueSource(doubles = {1.2, 2, 5})
    void hasTheMeanThatWasAskedFor(double mean) {
        IntSummaryStatistics tabs = draw(mean);

        assertThat(tabs.getAverage()).isCloseTo(mean, within(mean * 0.02));
        assertThat(tabs.getMin()).isEqualTo(1);
        assertThat(tabs.getMax()).isGreaterThan(2).isLessThanOrEqualTo(TabCounts.MOST);
    }

    @Test
    void opensOneTabEachWithMeanOne() {
        assertThat(draw(1).getMax()).isEqualTo(1);
    }

    private static IntSummaryStatistics draw(double mean) {
        SplittableRandom random = new SplittableRandom(5);
        TabCounts counts = new TabCounts(mean);
        return IntStream.range(0, 100_000).map(unused -> counts.next(random)).summaryStatistics();
    }
}
