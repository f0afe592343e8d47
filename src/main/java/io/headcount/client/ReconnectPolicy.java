package io.headcount.client;

import java.util.random.RandomGenerator;

/**
 * When a viewer whose connection was lost comes back: exponential backoff with full jitter, so that the viewers of a
 * node that died do not arrive together.
 *
 * @param baseMillis the longest first wait, 1 or more
 * @param maxMillis the longest wait, at least {@code baseMillis}
 * @param maxAttempts failed attempts in a row until the viewer gives up, 1 or more
 */
public record ReconnectPolicy(int baseMillis, int maxMillis, int maxAttempts) {
    /** Up to half a second first, up to 30 seconds later, for as long as it takes. */
    public static final ReconnectPolicy DEFAULT = new ReconnectPolicy(500, 30_000, Integer.MAX_VALUE);

    public ReconnectPolicy {
        if (baseMillis < 1 || maxMillis < baseMillis || maxAttempts < 1) {
            throw new IllegalArgumentException("1 <= baseMillis <= maxMillis and 1 <= maxAttempts wanted, was "
                    + baseMillis + ", " + maxMillis + ", " + maxAttempts);
        }
    }

    /**
     * The wait before an attempt.
     *
     * @param attempt how many attempts failed since the last welcome, from 0
     * @param random where the jitter comes from
     * @return 0 to {@code maxMillis}
     */
    public long delayMillis(int attempt, RandomGenerator random) {
        long ceiling = Math.min(maxMillis, (long) baseMillis << Math.min(attempt, 30));
        return random.nextLong(ceiling + 1);
    }
}
