package io.headcount.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.model.SeriesPoint;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HoltWintersTest {
    /** Hours of so many days: a daily wave, a weekend that is busier, a slow growth, and chance. */
    private static double[] hours(int days, double noise, long seed) {
        Random random = new Random(seed);
        double[] values = new double[days * 24];
        for (int i = 0; i < values.length; i++) {
            int day = i / 24;
            double wave = 1 + 0.6 * Math.sin((i % 24 - 14) * Math.PI / 12);
            double weekend = day % 7 >= 5 ? 1.4 : 1;
            values[i] = (10_000 + 20 * day) * wave * weekend * (1 + noise * random.nextGaussian());
        }
        return values;
    }

    @Test
    void followsAPureSeason() {
        double[] values = new double[24 * 6];
        for (int i = 0; i < values.length; i++) {
            values[i] = 100 + 50 * Math.sin(i % 24 * Math.PI / 12);
        }

        double[] expected = HoltWinters.fit(values, 24).forecast(24);

        for (int h = 0; h < 24; h++) {
            assertThat(expected[h]).isCloseTo(values[h], org.assertj.core.data.Offset.offset(1.0));
        }
    }

    @Test
    void isNeverBelowZero() {
        double[] values = {90, 80, 70, 60, 50, 40, 30, 20, 10, 0};

        for (double value : HoltWinters.fit(values, 1).forecast(20)) {
            assertThat(value).isNotNegative();
        }
    }

    @Test
    void isLessSureTheFurtherAheadItLooks() {
        HoltWinters fit = HoltWinters.fit(hours(10, 0.05, 1), 24);

        assertThat(fit.deviation(1)).isPositive().isLessThan(fit.deviation(12));
        assertThat(fit.deviation(12)).isLessThan(fit.deviation(24));
    }

    @Test
    void wantsTwoSeasons() {
        assertThatThrownBy(() -> HoltWinters.fit(new double[47], 24)).hasMessageContaining("47 values");
    }

    @Test
    void isBetterThanTakingLastWeekAsItWas() {
        DayAhead ahead = DayAhead.of(hours(35, 0.05, 7));

        assertThat(ahead.seasonHours()).isEqualTo(168);
        assertThat(ahead.heldOutDays()).isEqualTo(7);
        assertThat(ahead.meanError()).isLessThan(ahead.naiveError());
        assertThat(ahead.meanError() / ahead.meanOfHeldOut()).isLessThan(0.10);
    }

    @Test
    void keepsNineOfTenHoursWithinItsInterval() {
        int inside = 0;
        int hours = 0;
        for (int seed = 0; seed < 20; seed++) {
            double[] all = hours(29, 0.05, seed);
            DayAhead ahead = DayAhead.of(java.util.Arrays.copyOf(all, all.length - 24));
            for (int h = 0; h < 24; h++) {
                double real = all[all.length - 24 + h];
                inside += real >= ahead.low().get(h) && real <= ahead.high().get(h) ? 1 : 0;
                hours++;
            }
        }

        assertThat((double) inside / hours).isBetween(0.75, 1.0);
    }

    @Test
    void takesTheDayForSeasonWhileLittleIsKnown() {
        DayAhead ahead = DayAhead.of(hours(2, 0, 1));

        assertThat(ahead.seasonHours()).isEqualTo(24);
        assertThat(ahead.heldOutDays()).isZero();
        assertThat(ahead.meanError()).isNaN();
    }

    @Test
    void fillsWhatIsMissingWithWhatWasASeasonBefore() {
        List<SeriesPoint> points = List.of(point(0, 5), point(1, 6), point(3, 8));

        assertThat(Gaps.filled(points, 5, 1, 2)).containsExactly(5, 6, 5, 8, 5);
        assertThat(Gaps.filled(List.of(), 5, 1, 2)).isEmpty();
    }

    private static SeriesPoint point(long at, double avg) {
        return new SeriesPoint(at, 0, 0, 0, 0, avg, 0, 0, 1);
    }
}
