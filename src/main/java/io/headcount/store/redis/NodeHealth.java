package io.headcount.store.redis;

/**
 * What is known of a node's health: of a master for how long it has been taking writes, of a replica whether it keeps
 * up. Written on the router's context; {@link #answering} and {@link #servingFor} may be asked by any thread.
 */
final class NodeHealth {
    /** As long as nothing else is heard, what was heard last holds. */
    static final long HOLDS_NANOS = 2_000_000_000L;

    private static final long MOST_LAG_SECONDS = 1;

    /** What the slot table says a node is. */
    enum Role {
        UNKNOWN,
        MASTER,
        REPLICA
    }

    private volatile Role role = Role.UNKNOWN;
    private volatile Served served;
    private boolean keepsUp;
    private long heardAt;

    Role role() {
        return role;
    }

    void become(Role now) {
        role = now;
        lost();
    }

    /** A write was taken, so it is a master, and can write. */
    void served(long nanoTime) {
        if (role == Role.MASTER) {
            Served before = served;
            boolean unbroken = before != null && nanoTime - before.last <= HOLDS_NANOS;
            served = new Served(unbroken ? before.since : nanoTime, nanoTime);
        }
    }

    /** A call failed, or found no answer: whatever it was, service was not without a break. */
    void interrupted() {
        served = null;
    }

    /** Nothing holds any more. */
    void lost() {
        served = null;
        keepsUp = false;
    }

    /** A replica's {@code INFO replication} came. */
    void heard(String info, long nanoTime) {
        keepsUp = "up".equals(field(info, "master_link_status"))
                && lagSeconds(field(info, "master_last_io_seconds_ago")) <= MOST_LAG_SECONDS;
        heardAt = nanoTime;
    }

    /** A replica is slow, or failed: not before its next good answer. */
    void suspect() {
        keepsUp = false;
    }

    /** Whether reads may go to this replica. */
    boolean readable(long nanoTime) {
        return role == Role.REPLICA && keepsUp && nanoTime - heardAt <= HOLDS_NANOS;
    }

    /** Whether this master took a write within the last 2 s. */
    boolean answering(long nanoTime) {
        Served now = served;
        return now != null && nanoTime - now.last <= HOLDS_NANOS;
    }

    /** For how long this master has been taking writes without a break, in nanoseconds; 0 if it is not. */
    long servingFor(long nanoTime) {
        Served now = served;
        return now == null || nanoTime - now.last > HOLDS_NANOS ? 0 : nanoTime - now.since;
    }

    static String field(String info, String name) {
        for (String line : info.split("\r?\n", -1)) {
            if (line.startsWith(name) && line.length() > name.length() && line.charAt(name.length()) == ':') {
                return line.substring(name.length() + 1);
            }
        }
        return "";
    }

    private static long lagSeconds(String text) {
        // Redis says -1 where there is no link.
        return text.matches("[0-9]{1,9}") ? Long.parseLong(text) : Long.MAX_VALUE;
    }

    private record Served(long since, long last) {}
}
