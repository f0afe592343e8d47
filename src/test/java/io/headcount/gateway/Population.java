package io.headcount.gateway;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Who watches what: sessions by their number, users with 1.15 tabs on average, streams of a popularity after Zipf (the
 * k-th has a share proportional to 1 / k). The same for everybody who asks, so that several processes can open parts of
 * one crowd and a third can say what the counts have to be.
 */
public final class Population {
    /** Tabs a user. */
    public static final double TABS = 1.15;

    private static final double EXPONENT = 1.0;

    private final double[] cumulative;

    public Population(int streams) {
        cumulative = new double[streams];
        double sum = 0;
        for (int k = 0; k < streams; k++) {
            sum += Math.pow(k + 1.0, -EXPONENT);
            cumulative[k] = sum;
        }
    }

    public int streams() {
        return cumulative.length;
    }

    /** The user whose tab a session is. */
    public static long userOf(long session) {
        return (long) (session / TABS);
    }

    /** The stream that a user watches, 0 to streams - 1. */
    public int streamOf(long user) {
        return at(new SplittableRandom(user).nextDouble());
    }

    int at(double share) {
        int found = Arrays.binarySearch(cumulative, share * cumulative[cumulative.length - 1]);
        return Math.min(found >= 0 ? found + 1 : -found - 1, cumulative.length - 1);
    }

    public static String name(int stream) {
        return "bench-" + stream;
    }
}
