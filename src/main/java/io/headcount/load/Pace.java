package io.headcount.load;

/** Says how many events are due at a steady rate. A stall is caught up with, but not in one burst. */
final class Pace {
    private static final double MOST_CATCH_UP_SECONDS = 0.25;

    private final double perSecond;
    private long lastNanos;
    private double owed;

    /** Begins at {@code nowNanos} of the monotonic clock. */
    Pace(double perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.lastNanos = nowNanos;
    }

    /** Events due since the last call; what is returned counts as done. */
    int due(long nowNanos) {
        double seconds = Math.min((nowNanos - lastNanos) / 1e9, MOST_CATCH_UP_SECONDS);
        lastNanos = nowNanos;
        owed += Math.max(0, seconds) * perSecond;
        int whole = (int) owed;
        owed -= whole;
        return whole;
    }
}
