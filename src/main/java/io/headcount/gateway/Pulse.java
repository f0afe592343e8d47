package io.headcount.gateway;

/**
 * Pings and the silence limit of all sockets of a loop, without a timer a socket: two sweeps walk down the registry's
 * array, each a fixed part of it a tick. Downwards, because a removal moves the array's last element into the gap: it
 * has been visited already, so none is ever missed in a round.
 *
 * <p>Silence is measured in running time. A tick that comes late means that the loop did not run (a stopped process, a
 * long collection): what clients sent meanwhile is still unread, so the delay counts for nobody.
 */
final class Pulse {
    /** A tick later than this was a pause. */
    static final int PAUSE_MILLIS = 1_500;

    /** The longest round of the silence sweep; a dead client is gone after the limit and at most this. */
    private static final int MAX_ROUND_MILLIS = 2_000;

    private static final int TICKS_A_ROUND = 10;

    private final int tickMillis;
    private final int silenceLimitMillis;
    private final Sweep pings;
    private final Sweep silences = new Sweep(TICKS_A_ROUND);
    private long lastTickMillis;
    private int runningMillis;

    /** What the sweeps do to a socket. */
    interface Visitor {
        int size();

        void ping(int slot);

        void silent(int slot);

        int heardMillis(int slot);
    }

    Pulse(int pingIntervalMillis, int silenceLimitMillis, long nowMillis) {
        int round = Math.min(MAX_ROUND_MILLIS, silenceLimitMillis / 10);
        this.tickMillis = Math.max(10, round / TICKS_A_ROUND);
        this.silenceLimitMillis = silenceLimitMillis;
        this.pings = new Sweep(Math.max(1, pingIntervalMillis / tickMillis));
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
        for (int slot = silences.begin(visitor.size()); slot >= silences.end(); slot--) {
            // A visit may remove sockets: the array may be shorter than it was.
            if (slot < visitor.size() && runningMillis - visitor.heardMillis(slot) > silenceLimitMillis) {
                visitor.silent(slot);
            }
        }
        for (int slot = pings.begin(visitor.size()); slot >= pings.end(); slot--) {
            if (slot < visitor.size()) {
                visitor.ping(slot);
            }
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
