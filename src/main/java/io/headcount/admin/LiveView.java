package io.headcount.admin;

import io.headcount.model.Count;
import io.headcount.model.Mode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All live streams as their owners tell of them, their totals, and the totals of the last 15 minutes. What is not told
 * again is forgotten: owners repeat even what does not change.
 */
final class LiveView {
    static final int MAX_STREAMS = 200_000;
    static final int MAX_PAGE = 200;
    private static final long FORGET_MILLIS = 6_000;
    private static final long CURVE_MILLIS = 900_000;

    private final Map<String, Heard> streams = new HashMap<>();
    private final Deque<Totals> curve = new ArrayDeque<>();

    /**
     * All streams together.
     *
     * @param atMillis when, epoch milliseconds
     * @param streams that have been told of
     * @param degraded of those, how many cannot be trusted as exact
     */
    record Totals(long atMillis, long viewers, long sessions, int streams, int degraded) {}

    /**
     * Some of the streams that were asked for.
     *
     * @param matching how many there are in all
     */
    record Part(List<Count> items, int matching) {}

    /** How a page is sorted. */
    enum Order {
        VIEWERS,
        SESSIONS,
        PEAK,
        STREAM;

        private Comparator<Count> comparator() {
            Comparator<Count> comparator = switch (this) {
                case VIEWERS -> Comparator.comparingLong(Count::viewers).reversed();
                case SESSIONS -> Comparator.comparingLong(Count::sessions).reversed();
                case PEAK -> Comparator.comparingLong(Count::peakViewers).reversed();
                case STREAM -> Comparator.comparing(Count::stream);
            };
            return comparator.thenComparing(Count::stream);
        }

        /** @throws IllegalArgumentException naming the orders there are */
        static Order of(String name) {
            for (Order order : values()) {
                if (order.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return order;
                }
            }
            throw new IllegalArgumentException("sort is one of viewers, sessions, peak, stream");
        }
    }

    /** Takes what an owner says; {@code nowMillis} monotonic. */
    void offer(List<Count> counts, long nowMillis) {
        for (Count count : counts) {
            Heard before = streams.get(count.stream());
            if (before == null ? streams.size() < MAX_STREAMS : !before.count.newerThan(count)) {
                streams.put(count.stream(), new Heard(count, nowMillis));
            }
        }
    }

    /** Forgets what was not told again, sums up the rest and adds it to the curve. */
    Totals sum(long nowMillis, long epochMillis) {
        streams.values().removeIf(heard -> nowMillis - heard.atMillis > FORGET_MILLIS);
        long viewers = 0;
        long sessions = 0;
        int live = 0;
        int degraded = 0;
        for (Heard heard : streams.values()) {
            viewers += heard.count.viewers();
            sessions += heard.count.sessions();
            live += heard.count.sessions() > 0 ? 1 : 0;
            degraded += heard.count.mode() == Mode.EXACT ? 0 : 1;
        }
        Totals totals = new Totals(epochMillis, viewers, sessions, live, degraded);
        curve.addLast(totals);
        while (curve.getFirst().atMillis < epochMillis - CURVE_MILLIS) {
            curve.removeFirst();
        }
        return totals;
    }

    /** The totals of the last 15 minutes, oldest first, thinned to every {@code nth}. */
    List<Totals> curve(int nth) {
        List<Totals> thinned = new ArrayList<>();
        int i = 0;
        for (Totals totals : curve) {
            if (i++ % nth == 0) {
                thinned.add(totals);
            }
        }
        return thinned;
    }

    /** Streams whose id contains {@code search}, in order, from {@code offset} on, {@code limit} at most. */
    Part page(String search, Order order, int offset, int limit) {
        List<Count> matching = new ArrayList<>();
        for (Heard heard : streams.values()) {
            if (heard.count.stream().contains(search)) {
                matching.add(heard.count);
            }
        }
        matching.sort(order.comparator());
        int from = Math.min(offset, matching.size());
        int to = Math.min(from + limit, matching.size());
        return new Part(List.copyOf(matching.subList(from, to)), matching.size());
    }

    private record Heard(Count count, long atMillis) {}
}
