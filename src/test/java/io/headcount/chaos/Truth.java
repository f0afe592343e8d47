package io.headcount.chaos;

import java.util.List;

/** What may rightly be said between two moments, by stream: a count is right when it was true at some moment of them. */
final class Truth {
    private final int[] leastUsers;
    private final int[] mostUsers;
    private final int[] leastSessions;
    private final int[] mostSessions;

    private Truth(int[] leastUsers, int[] mostUsers, int[] leastSessions, int[] mostSessions) {
        this.leastUsers = leastUsers;
        this.mostUsers = mostUsers;
        this.leastSessions = leastSessions;
        this.mostSessions = mostSessions;
    }

    static Truth nobody(int streams) {
        return new Truth(new int[streams], new int[streams], new int[streams], new int[streams]);
    }

    static Truth over(List<Truth> moments) {
        Truth first = moments.get(0);
        Truth all = new Truth(
                first.leastUsers.clone(),
                first.mostUsers.clone(),
                first.leastSessions.clone(),
                first.mostSessions.clone());
        for (Truth moment : moments) {
            for (int i = 0; i < all.leastUsers.length; i++) {
                all.leastUsers[i] = Math.min(all.leastUsers[i], moment.leastUsers[i]);
                all.mostUsers[i] = Math.max(all.mostUsers[i], moment.mostUsers[i]);
                all.leastSessions[i] = Math.min(all.leastSessions[i], moment.leastSessions[i]);
                all.mostSessions[i] = Math.max(all.mostSessions[i], moment.mostSessions[i]);
            }
        }
        return all;
    }

    /** A tab more on that stream: whether it has to be counted, and whether it may be. */
    void addSession(int stream, boolean counts, boolean mayCount) {
        leastSessions[stream] += counts ? 1 : 0;
        mostSessions[stream] += mayCount ? 1 : 0;
    }

    /** The same of a user. */
    void addUser(int stream, boolean counts, boolean mayCount) {
        leastUsers[stream] += counts ? 1 : 0;
        mostUsers[stream] += mayCount ? 1 : 0;
    }

    /** Users and sessions, for people. */
    String describe(int stream) {
        return users(stream) + " users, " + leastSessions[stream] + " to " + mostSessions[stream] + " sessions";
    }

    /** For people. */
    String users(int stream) {
        return leastUsers[stream] + (leastUsers[stream] == mostUsers[stream] ? "" : " to " + mostUsers[stream]);
    }

    /** How far a number of users is from anything that was true. */
    long userError(int stream, long users) {
        return Math.max(0, Math.max(leastUsers[stream] - users, users - mostUsers[stream]));
    }

    /** The same of sessions. */
    long sessionError(int stream, long sessions) {
        return Math.max(0, Math.max(leastSessions[stream] - sessions, sessions - mostSessions[stream]));
    }
}
