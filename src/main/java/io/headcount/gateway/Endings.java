package io.headcount.gateway;

import java.util.HashMap;
import java.util.Map;

/**
 * Streams that have ended and whose sockets are being closed: spread over a time, so that fifty thousand clients do not
 * ask for the next page in the same moment. Few are closed faster than that: a thousand a second and event loop at least.
 */
final class Endings {
    private static final int LEAST_A_SECOND = 1_000;

    /** Closes some of a stream's sockets. */
    interface Closer {
        /**
         * Closes up to so many.
         *
         * @return whether any is left
         */
        boolean close(String stream, int most);
    }

    private static final class Ending {
        private final double perMilli;
        private long paidMillis;
        private double due = 1;

        Ending(double perMilli, long nowMillis) {
            this.perMilli = perMilli;
            this.paidMillis = nowMillis;
        }
    }

    private final int spreadMillis;
    private final Map<String, Ending> endings = new HashMap<>();

    Endings(int spreadMillis) {
        this.spreadMillis = spreadMillis;
    }

    /** A stream has ended; nothing happens if that is known. */
    void begin(String stream, int sockets, long nowMillis) {
        double perMilli = Math.max(LEAST_A_SECOND / 1_000.0, (double) sockets / Math.max(1, spreadMillis));
        endings.computeIfAbsent(stream, id -> new Ending(perMilli, nowMillis));
    }

    /** The rest of a stream's sockets stay. */
    void cancel(String stream) {
        endings.remove(stream);
    }

    /** Whether a stream's sockets are being closed. */
    boolean under(String stream) {
        return endings.containsKey(stream);
    }

    /** Periodic. */
    void tick(long nowMillis, Closer closer) {
        if (endings.isEmpty()) {
            return;
        }
        endings.entrySet().removeIf(entry -> {
            Ending ending = entry.getValue();
            ending.due += ending.perMilli * Math.max(0, nowMillis - ending.paidMillis);
            ending.paidMillis = nowMillis;
            int most = (int) ending.due;
            ending.due -= most;
            return !closer.close(entry.getKey(), most);
        });
    }
}
