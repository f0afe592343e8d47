package io.headcount.load;

import java.util.random.RandomGenerator;

/** How many tabs a viewer opens: one, and a geometric number more, so that the mean is as asked. */
final class TabCounts {
    /** The most tabs of one viewer. */
    static final int MOST = 64;

    private final double another;

    /** With that mean, 1 to 8. */
    TabCounts(double mean) {
        if (!(mean >= 1 && mean <= 8)) {
            throw new IllegalArgumentException("1 to 8 tabs a viewer, was " + mean);
        }
        another = (mean - 1) / mean;
    }

    /** The next viewer's tabs, 1 to {@link #MOST}. */
    int next(RandomGenerator random) {
        int tabs = 1;
        while (tabs < MOST && random.nextDouble() < another) {
            tabs++;
        }
        return tabs;
    }
}
