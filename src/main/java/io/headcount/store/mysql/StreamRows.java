package io.headcount.store.mysql;

import io.headcount.model.Count;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which streams need their row in {@code streams} written: those not seen before, and those whose peak has grown. A
 * growing stream has a new peak every second, so a peak is written at most every half minute, and at once when the last
 * viewer leaves. Not thread-safe but for its synchronized methods; what it forgets is merely written once more.
 */
final class StreamRows {
    /** About 20 MB at most. */
    private static final int MAX_REMEMBERED = 100_000;

    private static final long PEAK_INTERVAL_MILLIS = 30_000;

    private final Map<String, Written> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Written> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    synchronized List<Count> due(Collection<Count> counts) {
        return counts.stream().filter(this::due).toList();
    }

    synchronized void written(Collection<Count> counts) {
        counts.forEach(c -> remembered.put(c.stream(), new Written(c.peakViewers(), c.asOfMillis())));
    }

    private boolean due(Count count) {
        Written last = remembered.get(count.stream());
        if (last == null) {
            return true;
        }
        return count.peakViewers() > last.peak
                && (count.viewers() == 0 || count.asOfMillis() - last.atMillis >= PEAK_INTERVAL_MILLIS);
    }

    private record Written(long peak, long atMillis) {}
}
