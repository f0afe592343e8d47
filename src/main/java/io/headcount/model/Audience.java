package io.headcount.model;

import java.util.List;
import java.util.SortedMap;

/**
 * How long those stayed who came, from finished sessions. Time in several tabs at once counts once.
 *
 * @param viewers different users
 * @param watchSeconds of all of them together
 * @param viewersByMinutes how many stayed for so many whole minutes; the last minute stands for all longer ones too
 */
public record Audience(long viewers, double watchSeconds, SortedMap<Integer, Long> viewersByMinutes) {
    /** Longer stays are not told apart. */
    public static final int MOST_MINUTES = 1_440;

    /** How many stayed for at least so many minutes. */
    public long stayed(int minutes) {
        return viewersByMinutes.tailMap(minutes).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** How many stayed for at least {@code from} but not {@code to} minutes. */
    public long stayedBetween(int from, int to) {
        return viewersByMinutes.subMap(from, to).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Minutes that half of them stayed for; 0 for nobody. */
    public int medianMinutes() {
        long before = 0;
        for (var entry : List.copyOf(viewersByMinutes.entrySet())) {
            before += entry.getValue();
            if (2 * before >= viewers) {
                return entry.getKey();
            }
        }
        return 0;
    }
}
