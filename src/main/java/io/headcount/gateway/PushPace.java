package io.headcount.gateway;

/**
 * A loop's share of the push budget: a token bucket, a token a message. It is small, so that what a large audience gets
 * is spread evenly over time, and large enough that small audiences hear of a change at once.
 */
final class PushPace {
    /** What may be written at once after a pause. */
    private static final int BURST_MILLIS = 10;

    private static final int LEAST_BURST = 32;

    /** A wait is for so many milliseconds' worth of messages, so that timers are few. */
    private static final int STEP_MILLIS = 4;

    private final double messagesAMilli;
    private final double most;
    private double tokens;
    private long refilledAtMillis;

    /** @param messagesPerSecond 1 or more */
    PushPace(double messagesPerSecond, long nowMillis) {
        this.messagesAMilli = messagesPerSecond / 1_000;
        this.most = Math.max(LEAST_BURST, messagesAMilli * BURST_MILLIS);
        this.tokens = most;
        this.refilledAtMillis = nowMillis;
    }

    /** Messages that may be written now. */
    int allowed(long nowMillis) {
        tokens = Math.min(most, tokens + (nowMillis - refilledAtMillis) * messagesAMilli);
        refilledAtMillis = nowMillis;
        return (int) tokens;
    }

    void spend(int messages) {
        tokens -= messages;
    }

    /** Until it is worth looking again; 1 or more. */
    long waitMillis() {
        double wanted = Math.max(1, Math.min(most, messagesAMilli * STEP_MILLIS));
        return Math.max(1, (long) Math.ceil((wanted - tokens) / messagesAMilli));
    }

    /** How long so many messages take, in milliseconds, when nothing else is written. */
    int millisFor(int messages) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceil(messages / messagesAMilli));
    }
}
