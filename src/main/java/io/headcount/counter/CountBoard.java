package io.headcount.counter;

import io.headcount.model.Count;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The counts of the streams that a keeper owns, and which of them are due: the first change at once, then at most one
 * an interval, unchanged ones as a sign of life. Pure: times are the caller's monotonic milliseconds.
 */
final class CountBoard {
    /** A count from another moment of Redis' clock is believed when the last one is older than this. */
    private static final long CLOCK_PATIENCE_MILLIS = 1_000;
    /** A stream that nobody watches is published for so long, then forgotten. */
    private static final long EMPTY_LIFE_MILLIS = 10_000;
    /** A count older than this is not exact. */
    private static final long EXACT_AGE_MILLIS = 5_000;

    /** So long before a sign of life its count is read. */
    private static final long READ_AHEAD_MILLIS = 500;

    private final long intervalMillis;
    private final long lifeSignMillis;
    private final Map<String, Entry> entries = new HashMap<>();
    private final Set<Entry> changed = new LinkedHashSet<>();
    private Set<String> missing = Set.of();

    CountBoard(long intervalMillis, long lifeSignMillis) {
        this.intervalMillis = intervalMillis;
        this.lifeSignMillis = lifeSignMillis;
    }

    /** Takes a count; one that is older than what is known is passed over. */
    void offer(Count count, long now) {
        Entry entry = entries.computeIfAbsent(count.stream(), stream -> new Entry());
        if (entry.count != null && !count.newerThan(entry.count) && now - entry.receivedAt < CLOCK_PATIENCE_MILLIS) {
            return;
        }
        if (entry.count == null || entry.count.viewers() != count.viewers()) {
            changed.add(entry);
        }
        if (entry.count == null || count.sessions() > 0) {
            entry.aliveAt = now;
        }
        entry.count = count;
        entry.receivedAt = now;
    }

    /** Takes a count together with the incarnations that report on the stream. */
    void offer(Count count, Set<Incarnation> reporting, long now) {
        offer(count, now);
        Entry entry = entries.get(count.stream());
        Set<String> names = new HashSet<>();
        reporting.forEach(incarnation -> names.add(incarnation.toString()));
        entry.reporting = names;
    }

    /** Takes note of which incarnations are missing and not yet reaped: their streams are degraded. */
    void missing(Set<String> incarnations) {
        missing = Set.copyOf(incarnations);
    }

    /** Changed counts whose interval is over; they count as published. */
    List<Count> changes(long now) {
        List<Count> due = new ArrayList<>();
        Iterator<Entry> iterator = changed.iterator();
        while (iterator.hasNext()) {
            Entry entry = iterator.next();
            if (now - entry.publishedAt >= intervalMillis) {
                iterator.remove();
                due.add(publish(entry, now));
            }
        }
        return due;
    }

    /** Counts not published for the time of a sign of life, or whose mode changed; they count as published. */
    List<Count> signsOfLife(long now) {
        List<Count> due = new ArrayList<>();
        Iterator<Entry> iterator = entries.values().iterator();
        while (iterator.hasNext()) {
            Entry entry = iterator.next();
            if (entry.count == null) {
                continue;
            }
            boolean modeChanged = mode(entry, now) != entry.publishedMode;
            if (modeChanged || now - entry.publishedAt >= lifeSignMillis) {
                changed.remove(entry);
                due.add(publish(entry, now));
            }
            if (entry.count.sessions() == 0 && now - entry.aliveAt > EMPTY_LIFE_MILLIS) {
                changed.remove(entry);
                iterator.remove();
            }
        }
        return due;
    }

    /** Streams to read: of which it is not known who reports, or whose sign of life is soon due and the count old. */
    List<String> stale(long now) {
        List<String> streams = new ArrayList<>();
        entries.forEach((stream, entry) -> {
            boolean soonDue = now - entry.publishedAt >= lifeSignMillis - READ_AHEAD_MILLIS;
            if (entry.reporting == null || (soonDue && now - entry.receivedAt >= lifeSignMillis / 2)) {
                streams.add(stream);
            }
        });
        return streams;
    }

    /** Makes sure that a stream is known, so that it is read. */
    void watch(String stream, long now) {
        entries.computeIfAbsent(stream, unknown -> {
            Entry entry = new Entry();
            entry.aliveAt = now;
            return entry;
        });
    }

    /** Forgets streams that are not owned any more. */
    void retain(java.util.function.Predicate<String> owned) {
        entries.entrySet().removeIf(entry -> {
            boolean drop = !owned.test(entry.getKey());
            if (drop) {
                changed.remove(entry.getValue());
            }
            return drop;
        });
    }

    /** How many streams are known. */
    int size() {
        return entries.size();
    }

    private Count publish(Entry entry, long now) {
        entry.publishedAt = now;
        entry.publishedMode = mode(entry, now);
        return entry.count.withMode(entry.publishedMode);
    }

    private Mode mode(Entry entry, long now) {
        if (now - entry.receivedAt > EXACT_AGE_MILLIS) {
            return Mode.DEGRADED;
        }
        boolean oneIsMissing =
                entry.reporting != null && entry.reporting.stream().anyMatch(missing::contains);
        return oneIsMissing ? Mode.DEGRADED : entry.count.mode();
    }

    private static final class Entry {
        private Count count;
        private Set<String> reporting;
        private long receivedAt = Long.MIN_VALUE / 2;
        private long publishedAt = Long.MIN_VALUE / 2;
        private long aliveAt;
        private Mode publishedMode = Mode.EXACT;
    }
}
