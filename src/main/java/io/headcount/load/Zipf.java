package io.headcount.load;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Chooses among n things as audiences choose streams: the k-th gets a share proportional to 1 / k^s. */
final class Zipf {
    private final double[] cumulative;

    /**
     * Prepares the choice.
     *
     * @param size how many things, 1 or more
     * @param exponent s, 0 (all alike) or more
     */
    Zipf(int size, double exponent) {
        if (size < 1 || !(exponent >= 0)) {
            throw new IllegalArgumentException("size >= 1 and exponent >= 0 wanted, was " + size + ", " + exponent);
        }
        cumulative = new double[size];
        double sum = 0;
        for (int k = 0; k < size; k++) {
            sum += Math.pow(k + 1.0, -exponent);
            cumulative[k] = sum;
        }
    }

    /** The next choice, 0 to size - 1. */
    int next(RandomGenerator random) {
        double point = random.nextDouble() * cumulative[cumulative.length - 1];
        int at = Arrays.binarySearch(cumulative, point);
        return Math.min(at >= 0 ? at + 1 : -at - 1, cumulative.length - 1);
    }

    /** The share of thing {@code k} (from 0). */
    double share(int k) {
        return (cumulative[k] - (k == 0 ? 0 : cumulative[k - 1])) / cumulative[cumulative.length - 1];
    }
}
