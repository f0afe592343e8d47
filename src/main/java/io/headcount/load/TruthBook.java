package io.headcount.load;

/**
 * What is true: distinct users with an open, welcomed socket, and such sockets, for each stream. Kept from what this
 * process opened and closed. One thread.
 */
final class TruthBook {
    private final int[] users;
    private final int[] sessions;
    private long finished;

    TruthBook(int streams) {
        users = new int[streams];
        sessions = new int[streams];
    }

    /** A socket of that watcher was welcomed. */
    void opened(Watcher watcher) {
        if (watcher.openSockets++ == 0) {
            users[watcher.stream]++;
        }
        sessions[watcher.stream]++;
    }

    /** A welcomed socket of that watcher is leaving or was lost. */
    void closed(Watcher watcher) {
        if (watcher.openSockets == 0) {
            throw new IllegalStateException("watcher " + watcher.number + " has no open socket");
        }
        if (--watcher.openSockets == 0) {
            users[watcher.stream]--;
        }
        sessions[watcher.stream]--;
        finished++;
    }

    /** Distinct users, by stream. */
    int[] users() {
        return users.clone();
    }

    /** Open sockets, by stream. */
    int[] sessions() {
        return sessions.clone();
    }

    /** Sockets that were welcomed and are closed. */
    long finished() {
        return finished;
    }
}
