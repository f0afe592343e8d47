package io.headcount.load;

import java.util.Map;
import java.util.TreeMap;

/** Errors counted by kind; of kinds there are a bounded number. */
final class ErrorKinds {
    private static final int MOST_KINDS = 50;

    private final Map<String, Long> counts = new TreeMap<>();

    /** One more of that kind. */
    void add(String kind) {
        String known = counts.containsKey(kind) || counts.size() < MOST_KINDS ? kind : "other";
        counts.merge(known, 1L, Long::sum);
    }

    /** All of another's. */
    void addAll(Map<String, Long> others) {
        others.forEach((kind, count) -> counts.merge(kind, count, Long::sum));
    }

    /** A copy. */
    Map<String, Long> counts() {
        return new TreeMap<>(counts);
    }

    /** All together. */
    long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
