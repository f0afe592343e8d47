package io.headcount.gateway;

/**
 * Pings and the silence limit of all sockets of a loop, without a timer a socket: a sweep walks down the registry's
 * array, a part of it each tick, and looks how long each socket has been silent. Whoever was silent for a ping interval
 * is pinged, again at each visit until it answers; whoever was silent for the limit is gone. What counts is when a
 * socket was heard, not when it was visited: a removal moves the array's last element into the gap, so that under churn
 * a socket may wait for almost two rounds.
 *
 * <p>Silence is measured in running time. A tick that comes late means that the loop did not run (a stopped process, a
 * long collection): what clients sent meanwhile is still unread, so the delay counts for nobody.
 */
final class Pulse {
    /** A tick later than this was a pause. */
    static final int PAUSE_MILLIS = 1_500;

    /** The longest round; a dead client is gone after the limit and at most two of them. */
    private static final int MAX_ROUND_MILLIS = 2_000;

    private static final int TICKS_A_ROUND = 10;

    /** Pings are spread over the last quarter of the interval, so that those who came together part. */
    private static final int SPREAD = 64;

    private final int tickMillis;
    private final int pingIntervalMillis;
    private final int silenceLimitMillis;
    private final Sweep sweep = new Sweep(TICKS_A_ROUND);
    private long lastTickMillis;
    private int runningMillis;

    /** What the sweep does to a socket. */
    interface Visitor {
        int size();

        void ping(int slot);

        void silent(int slot);

        int heardMillis(int slot);
    }

    Pulse(int pingIntervalMillis, int silenceLimitMillis, long nowMillis) {
        int round = Math.min(MAX_ROUND_MILLIS, Math.min(pingIntervalMillis / 4, silenceLimitMillis / 10));
        this.tickMillis = Math.max(10, round / TICKS_A_ROUND);
        this.pingIntervalMillis = pingIntervalMillis;
        this.silenceLimitMillis = silenceLimitMillis;
        this.lastTickMillis = nowMillis;
    }

    /** Between two ticks. */
    int tickMillis() {
        return tickMillis;
    }

    /** Running time as of the last tick; overflows after 24 days, only differences mean anything. */
    int nowMillis() {
        return runningMillis;
    }

    void tick(long nowMillis, Visitor visitor) {
        long elapsed = nowMillis - lastTickMillis;
        lastTickMillis = nowMillis;
        runningMillis += (int) (elapsed - tickMillis > PAUSE_MILLIS ? tickMillis : elapsed);
        for (int slot = sweep.begin(visitor.size()); slot >= sweep.end(); slot--) {
            // A visit may remove sockets: the array may be shorter than it was.
            if (slot < visitor.size()) {
                visit(slot, visitor);
            }
        }
    }

    private void visit(int slot, Visitor visitor) {
        int silence = runningMillis - visitor.heardMillis(slot);
        if (silence > silenceLimitMillis) {
            visitor.silent(slot);
        } else if (silence >= pingIntervalMillis - pingIntervalMillis / 4 * (slot % SPREAD) / SPREAD) {
            visitor.ping(slot);
        }
    }

    /** A walk down an array in a fixed number of steps. */
    private static final class Sweep {
        private final int ticks;
        private int ticksLeft;
        private int cursor;

        Sweep(int ticks) {
            this.ticks = ticks;
        }

        /** Begins a step; returns the first index, {@link #end()} is the last one. */
        int begin(int size) {
            if (ticksLeft == 0) {
                ticksLeft = ticks;
                cursor = size;
            }
            int from = Math.min(cursor, size);
            cursor = from - (from + ticksLeft - 1) / ticksLeft;
            ticksLeft--;
            return from - 1;
        }

        int end() {
            return cursor;
        }
    }
}
