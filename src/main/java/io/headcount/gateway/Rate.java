package io.headcount.gateway;

import java.util.concurrent.TimeUnit;

/**
 * So many events a second, some of them at once: a token bucket that needs one number, the time at which it would be
 * full again (the generic cell rate algorithm). Immutable; whoever uses it keeps that number.
 */
final class Rate {
    /** What {@link #take} returns instead of a time: one too many. */
    static final long REFUSED = Long.MIN_VALUE;

    private final long intervalNanos;
    private final long burstNanos;

    /**
     * @param perSecond 1 or more
     * @param burst how many may come at once, 1 or more
     */
    Rate(int perSecond, int burst) {
        this.intervalNanos = Math.max(1, TimeUnit.SECONDS.toNanos(1) / perSecond);
        this.burstNanos = intervalNanos * burst;
    }

    /**
     * Takes a token.
     *
     * @param fullAt when the bucket would be full again, as {@link System#nanoTime}
     * @return when it will be full now, or {@link #REFUSED}
     */
    long take(long fullAt, long now) {
        long next = Math.max(fullAt - now, 0) + intervalNanos;
        return next > burstNanos ? REFUSED : now + next;
    }

    /** Between two events. */
    long intervalNanos() {
        return intervalNanos;
    }
}
