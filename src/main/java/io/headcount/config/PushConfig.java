package io.headcount.config;

/**
 * Counts to viewers.
 *
 * @param intervalMillis between two counts of a stream at least
 * @param lifeSignMillis between two counts of a stream at most, as long as the budget allows
 * @param messagesPerSecond counts that this node writes to sockets at most; above it the interval of large audiences
 *     becomes longer
 */
public record PushConfig(int intervalMillis, int lifeSignMillis, int messagesPerSecond) {
    /**
     * A core writes some 100,000 counts a second when it does nothing else (scripts/bench fanout: 7 to 11 microseconds
     * of CPU each, most of it the kernel's); half of that leaves room for joins, pings and everything else.
     */
    static final int MESSAGES_PER_SECOND_AND_CORE = 50_000;

    static PushConfig read(Settings s) {
        int cores = Math.min(64, Runtime.getRuntime().availableProcessors());
        return new PushConfig(
                s.integer("push.intervalMillis", 500, 50, 60_000),
                s.integer("push.lifeSignMillis", 2_000, 500, 4_000),
                s.integer("push.messagesPerSecond", cores * MESSAGES_PER_SECOND_AND_CORE, 100, 100_000_000));
    }
}
