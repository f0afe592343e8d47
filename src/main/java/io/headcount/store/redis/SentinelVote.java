package io.headcount.store.redis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Several sentinels' views, and which of them holds. The newest epoch wins, were it one sentinel's only: a majority
 * agreed to that promotion before it was made, and the others hear of it within seconds. An older one than we hold wins
 * only when a majority says so while the master we hold takes no writes: the sentinels were set up anew.
 */
final class SentinelVote {
    private final int configured;
    private final List<SentinelView> views = new ArrayList<>();

    /** @param configured how many sentinels there are */
    SentinelVote(int configured) {
        this.configured = configured;
    }

    void add(SentinelView view) {
        views.add(view);
    }

    /** Whether most of the sentinels have answered. */
    boolean isMajority() {
        return 2 * views.size() > configured;
    }

    /**
     * The view that holds.
     *
     * @param held the one that did before, or {@code null}
     * @param serving whether its master takes writes
     * @return {@code held} where nothing better was said
     */
    SentinelView winner(SentinelView held, boolean serving) {
        SentinelView best = views.stream()
                .max(Comparator.comparingLong(SentinelView::epoch)
                        .thenComparingLong(this::support)
                        .thenComparing(view -> held != null && view.master().equals(held.master())))
                .orElse(held);
        if (held == null || best == null || best.epoch() >= held.epoch()) {
            return best;
        }
        return !serving && 2 * support(best) > configured ? best : held;
    }

    private long support(SentinelView view) {
        return views.stream()
                .filter(each -> each.master().equals(view.master()))
                .count();
    }
}
