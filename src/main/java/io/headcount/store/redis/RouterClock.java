package io.headcount.store.redis;

import java.util.function.LongSupplier;

/**
 * Monotonic time in nanoseconds, without the time that this process (or its event loop) stood still: answers may be
 * waiting in the sockets then, and nobody was late. Used on the router's context only; somebody asks at least every
 * {@link RedisRouter#TICK_MILLIS}, so a larger step is a standstill.
 */
final class RouterClock {
    private static final long STANDSTILL_NANOS = 400_000_000;
    private static final long USUAL_STEP_NANOS = RedisRouter.TICK_MILLIS * 1_000_000;

    private final LongSupplier nanoTime;
    private long last;
    private long stoodStill;

    RouterClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
    }

    long now() {
        long raw = nanoTime.getAsLong();
        if (raw - last > STANDSTILL_NANOS) {
            stoodStill += raw - last - USUAL_STEP_NANOS;
        }
        last = raw;
        return raw - stoodStill;
    }
}
