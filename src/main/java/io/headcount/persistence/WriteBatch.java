package io.headcount.persistence;

import io.headcount.model.Count;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which current counts are to be written. Of each stream only the latest count matters: a newer one replaces
 * the one that waits, so what waits is never more than the streams there are, however long the books are away. A count
 * that says what was written last is not written again.
 *
 * <p>A batch is in flight until it is settled as written or failed; there is one at a time. After a failure its counts
 * wait again, unless newer ones came meanwhile. Streams that nobody spoke of for a while are forgotten.
 */
final class WriteBatch {
    /** What waits, by stream, oldest change first. */
    private Map<String, Waiting> waiting = new LinkedHashMap<>();

    private Map<String, Waiting> inFlight = Map.of();
    private final Map<String, Written> written = new HashMap<>();

    /**
     * Takes note of a count.
     *
     * @param nowMillis a monotonic clock's time
     * @return whether it is news that now waits to be written
     */
    boolean offer(Count count, long nowMillis) {
        Written last = written.get(count.stream());
        if (last != null) {
            last.heardAtMillis = nowMillis;
        }
        Waiting known = waiting.get(count.stream());
        if (known != null) {
            if (!count.newerThan(known.count)) {
                return false;
            }
            // The place in the order and the time stay those of the oldest change that is not written.
            known.count = count;
            return true;
        }
        Waiting flying = inFlight.get(count.stream());
        if (flying != null && !count.newerThan(flying.count)) {
            return false;
        }
        if (flying == null && last != null && !last.differsFrom(count)) {
            return false;
        }
        waiting.put(count.stream(), new Waiting(count, nowMillis));
        return true;
    }

    /**
     * Begins a batch: the counts that wait longest.
     *
     * @return empty when there is nothing to write
     * @throws IllegalStateException when a batch is in flight
     */
    List<Count> begin(int most) {
        if (!inFlight.isEmpty()) {
            throw new IllegalStateException("a batch is in flight");
        }
        inFlight = new LinkedHashMap<>();
        var oldest = waiting.entrySet().iterator();
        while (oldest.hasNext() && inFlight.size() < most) {
            var next = oldest.next();
            inFlight.put(next.getKey(), next.getValue());
            oldest.remove();
        }
        return inFlight.values().stream().map(w -> w.count).toList();
    }

    /** The batch in flight is in the books. */
    void succeeded(long nowMillis) {
        for (Waiting w : inFlight.values()) {
            Written now = new Written(w.count, nowMillis);
            written.put(w.count.stream(), now);
            // What came in flight may say no more than what has now been written.
            Waiting newer = waiting.get(w.count.stream());
            if (newer != null && !now.differsFrom(newer.count)) {
                waiting.remove(w.count.stream());
            }
        }
        inFlight = Map.of();
    }

    /** The batch in flight may or may not be in the books: its counts wait again, before all others. */
    void failed() {
        Map<String, Waiting> again = new LinkedHashMap<>();
        for (Waiting w : inFlight.values()) {
            Waiting newer = waiting.remove(w.count.stream());
            if (newer != null) {
                w.count = newer.count;
            }
            again.put(w.count.stream(), w);
        }
        again.putAll(waiting);
        waiting = again;
        inFlight = Map.of();
    }

    /** Forgets what was written of streams that nobody has spoken of since {@code sinceMillis}. */
    void forgetSilent(long sinceMillis) {
        written.values().removeIf(w -> w.heardAtMillis < sinceMillis);
    }

    /** Whether somebody spoke of a stream since then (or it waits to be written, so that all is known already). */
    boolean heardSince(String stream, long sinceMillis) {
        Written last = written.get(stream);
        return waiting.containsKey(stream)
                || inFlight.containsKey(stream)
                || (last != null && last.heardAtMillis >= sinceMillis);
    }

    /** Streams whose count is not in the books yet. */
    int size() {
        return waiting.size() + inFlight.size();
    }

    /** How long the oldest change has been waiting, 0 when nothing waits. */
    long lagMillis(long nowMillis) {
        Map<String, Waiting> oldest = inFlight.isEmpty() ? waiting : inFlight;
        return oldest.isEmpty() ? 0 : nowMillis - oldest.values().iterator().next().sinceMillis;
    }

    private static final class Waiting {
        private Count count;
        private final long sinceMillis;

        Waiting(Count count, long sinceMillis) {
            this.count = count;
            this.sinceMillis = sinceMillis;
        }
    }

    private static final class Written {
        /** The latest that says what is in the books. */
        private Count count;

        private long heardAtMillis;

        Written(Count count, long heardAtMillis) {
            this.count = count;
            this.heardAtMillis = heardAtMillis;
        }

        /**
         * Whether a count is newer and says something else. A newer one that says the same is remembered, so that one
         * between the two that comes late is known to be old.
         */
        boolean differsFrom(Count other) {
            if (!other.newerThan(count)) {
                return false;
            }
            boolean same = other.viewers() == count.viewers()
                    && other.sessions() == count.sessions()
                    && other.peakViewers() == count.peakViewers()
                    && other.peakAtMillis() == count.peakAtMillis();
            if (same) {
                count = other;
            }
            return !same;
        }
    }
}
