package io.headcount.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final long MILLISECOND = 1_000_000;

    @Test
    void addsFractionsUp() {
        Pace pace = new Pace(333, 0);

        int due = 0;
        for (long at = 10; at <= 10_000; at += 10) {
            due += pace.due(at * MILLISECOND);
        }

        assertThat(due).isBetween(3_329, 3_330);
    }

    @Test
    void doesNotMakeUpForALongStallInOneBurst() {
        Pace pace = new Pace(1_000, 0);

        assertThat(pace.due(60_000 * MILLISECOND)).isEqualTo(250);
        assertThat(pace.due(60_010 * MILLISECOND)).isEqualTo(10);
    }

    @Test
    void owesNothingAtRateZero() {
        assertThat(new Pace(0, 0).due(1_000_000 * MILLISECOND)).isZero();
    }
}
