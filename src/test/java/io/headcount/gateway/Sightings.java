package io.headcount.gateway;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Measures how long it takes from a join until it is welcomed, and until another viewer of its stream has a count that
 * holds it: one whose asOf (Redis' time) is not before that of the count it was welcomed with.
 */
final class Sightings {
    private static final long LONGEST_MICROS = 120_000_000;

    private record Waiting(long asOfMillis, long openedNanos) {}

    private final ConcurrentHistogram welcomes = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final ConcurrentHistogram seen = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final Map<String, ConcurrentLinkedQueue<Waiting>> waiting = new ConcurrentHashMap<>();
    private final Map<String, Long> newest = new ConcurrentHashMap<>();

    void welcomed(String stream, long asOfMillis, long openedNanos) {
        record(welcomes, openedNanos);
        if (asOfMillis > 0) {
            waiting.computeIfAbsent(stream, id -> new ConcurrentLinkedQueue<>())
                    .add(new Waiting(asOfMillis, openedNanos));
        }
    }

    void seen(String stream, long asOfMillis) {
        newest.put(stream, asOfMillis);
        ConcurrentLinkedQueue<Waiting> queue = waiting.get(stream);
        for (Waiting one = queue == null ? null : queue.peek();
                one != null && one.asOfMillis <= asOfMillis;
                one = queue.peek()) {
            queue.poll();
            record(seen, one.openedNanos);
        }
    }

    /** How old the count is that viewers of a stream look at. */
    long ageMillis(String stream) {
        return System.currentTimeMillis() - newest.getOrDefault(stream, System.currentTimeMillis());
    }

    void reset() {
        waiting.clear();
        welcomes.reset();
        seen.reset();
    }

    String figures() {
        return "welcomed=" + welcomes.getTotalCount() + " welcomeP50Millis=" + millis(welcomes, 50)
                + " welcomeP99Millis=" + millis(welcomes, 99) + " seen=" + seen.getTotalCount() + " seenP50Millis="
                + millis(seen, 50) + " seenP99Millis=" + millis(seen, 99) + " seenMostMillis=" + millis(seen, 100);
    }

    private static double millis(ConcurrentHistogram histogram, double percentile) {
        return histogram.getTotalCount() == 0 ? -1 : histogram.getValueAtPercentile(percentile) / 1_000.0;
    }

    private static void record(ConcurrentHistogram histogram, long openedNanos) {
        histogram.recordValue(Math.min(LONGEST_MICROS, (System.nanoTime() - openedNanos) / 1_000));
    }
}
