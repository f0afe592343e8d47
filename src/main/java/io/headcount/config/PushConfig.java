package io.headcount.config;

/**
 * Counts to viewers.
 *
 * @param intervalMillis between two counts of a stream at least
 * @param lifeSignMillis between two counts of a stream at most, as long as the budget allows
 * @param messagesPerSecond counts that this node writes to sockets at most; above it the interval of large audiences
 *     becomes longer
 * @param endSpreadMillis over which the sockets of a stream that ended are closed, where they are many
 */
public record PushConfig(int intervalMillis, int lifeSignMillis, int messagesPerSecond, int endSpreadMillis) {
    /**
     * A count costs 7 to 13 microseconds of CPU, most of it the kernel's (scripts/bench fanout, on a busy machine): so
     * this is about half a core, and what is left is for joins, pings and everything else.
     */
    static final int MESSAGES_PER_SECOND_AND_CORE = 50_000;

    static PushConfig read(Settings s) {
        int cores = Math.min(64, Runtime.getRuntime().availableProcessors());
        return new PushConfig(
                s.integer("push.intervalMillis", 500, 50, 60_000),
                s.integer("push.lifeSignMillis", 2_000, 500, 4_000),
                s.integer("push.messagesPerSecond", cores * MESSAGES_PER_SECOND_AND_CORE, 100, 100_000_000),
                s.integer("push.endSpreadMillis", 10_000, 0, 600_000));
    }
}
