package io.headcount.load;

/**
 * What is true of one stream, and what its viewers were told.
 *
 * @param users distinct users with an open, welcomed socket
 * @param sessions open, welcomed sockets
 * @param leastSeen least of the last counts that the open sockets received, -1 without sockets
 * @param greatestSeen greatest of them
 */
record StreamTruth(int users, int sessions, long leastSeen, long greatestSeen) {
    static final StreamTruth NOBODY = new StreamTruth(0, 0, -1, -1);

    /** Together with another crowd's, whose users are others. */
    StreamTruth plus(StreamTruth other) {
        if (sessions == 0) {
            return other;
        }
        if (other.sessions == 0) {
            return this;
        }
        return new StreamTruth(
                users + other.users,
                sessions + other.sessions,
                Math.min(leastSeen, other.leastSeen),
                Math.max(greatestSeen, other.greatestSeen));
    }
}
