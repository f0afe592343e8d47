package io.headcount.model;

/**
 * A session that is over, on its way to the books. (session, joinedAtMillis) is its key; of two records with one key
 * the first written wins.
 *
 * @param stream stream id
 * @param user user id
 * @param session session id
 * @param node id of the node that held it
 * @param joinedAtMillis epoch milliseconds, Redis' clock
 * @param leftAtMillis epoch milliseconds, Redis' clock; never before {@code joinedAtMillis}
 * @param cause why it ended
 */
public record FinishedSession(
        String stream,
        String user,
        String session,
        String node,
        long joinedAtMillis,
        long leftAtMillis,
        EndCause cause) {
    public FinishedSession {
        leftAtMillis = Math.max(joinedAtMillis, leftAtMillis);
    }

    /** Whole seconds watched, rounded down. */
    public long watchSeconds() {
        return (leftAtMillis - joinedAtMillis) / 1000;
    }
}
