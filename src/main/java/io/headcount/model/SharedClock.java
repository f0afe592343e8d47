package io.headcount.model;

/**
 * Redis' time as this node knows it: the offset between Redis' clock and this machine's monotonic clock, learned from
 * every reply. A wall clock that is wrong by minutes therefore changes no time in the counts or the books. Until the
 * first reply it is this machine's wall clock.
 */
public final class SharedClock {
    private volatile long offsetMillis = System.currentTimeMillis() - monotonicMillis();

    /** Takes note that Redis said {@code redisMillis} just now. */
    public void observe(long redisMillis) {
        long seen = redisMillis - monotonicMillis();
        // A slow reply makes Redis look behind; small differences are latency, large ones a changed clock or master.
        long known = offsetMillis;
        if (seen > known || known - seen > 1000) {
            offsetMillis = seen;
        }
    }

    /** Now by Redis' clock, epoch milliseconds. */
    public long nowMillis() {
        return offsetMillis + monotonicMillis();
    }

    /** This machine's monotonic clock in milliseconds, of no meaning but for differences. */
    public static long monotonicMillis() {
        return System.nanoTime() / 1_000_000;
    }
}
