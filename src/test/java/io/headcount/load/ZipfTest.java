package io.headcount.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ZipfTest {
    private static final int DRAWS = 200_000;

    @Test
    void givesEachThingItsShare() {
        Zipf zipf = new Zipf(50, 1.0);

        int[] drawn = draw(zipf, 50);

        double harmonic = 0;
        for (int k = 1; k <= 50; k++) {
            harmonic += 1.0 / k;
        }
        for (int k = 0; k < 50; k++) {
            double share = 1.0 / (k + 1) / harmonic;
            assertThat(zipf.share(k)).isCloseTo(share, within(1e-12));
            double deviation = Math.sqrt(share * (1 - share) / DRAWS);
            assertThat((double) drawn[k] / DRAWS).as("share of %d", k).isCloseTo(share, within(5 * deviation));
        }
    }

    @Test
    void treatsAllAlikeWithExponentZero() {
        int[] drawn = draw(new Zipf(4, 0), 4);

        for (int count : drawn) {
            assertThat(count).isBetween(DRAWS / 4 - 1_000, DRAWS / 4 + 1_000);
        }
    }

    @Test
    void refusesWhatIsNoDistribution() {
        assertThatThrownBy(() -> new Zipf(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Zipf(1, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    private static int[] draw(Zipf zipf, int size) {
        SplittableRandom random = new SplittableRandom(11);
        int[] drawn = new int[size];
        for (int i = 0; i < DRAWS; i++) {
            drawn[zipf.next(random)]++;
        }
        return drawn;
    }
}
