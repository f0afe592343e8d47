package io.headcount.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LongSummaryStatistics;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class ReconnectPolicyTest {
    private final ReconnectPolicy policy = new ReconnectPolicy(100, 10_000, 1_000);

    @Test
    void spreadsEachAttemptOverTheWholeOfItsRange() {
        LongSummaryStatistics third = waits(3);

        assertThat(third.getMin()).isLessThan(20);
        assertThat(third.getMax()).isBetween(780L, 800L);
        assertThat(third.getAverage()).isBetween(370.0, 430.0);
    }

    @Test
    void neverWaitsLongerThanTheMaximum() {
        assertThat(waits(10).getMax()).isBetween(9_900L, 10_000L);
        assertThat(waits(999).getMax()).isBetween(9_900L, 10_000L);
    }

    private LongSummaryStatistics waits(int attempt) {
        SplittableRandom random = new SplittableRandom(7);
        return LongStream.range(0, 10_000)
                .map(unused -> policy.delayMillis(attempt, random))
                .summaryStatistics();
    }
}
