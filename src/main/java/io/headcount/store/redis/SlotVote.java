package io.headcount.store.redis;

import java.util.ArrayList;
import java.util.List;

/** Several nodes' views of the cluster, and which of them most share. */
final class SlotVote {
    private final int asked;
    private final List<SlotTable> views = new ArrayList<>();
    private int answers;

    SlotVote(int asked) {
        this.asked = asked;
    }

    boolean isStill(SlotVote current) {
        return equals(current);
    }

    /** @param view {@code null} for a node that gave none; one that knows of no slots has none either */
    void add(SlotTable view) {
        answers++;
        if (view != null && !view.shards().isEmpty()) {
            views.add(view);
        }
    }

    /** Whether no further answer can change the result. */
    boolean decided() {
        return answers == asked || views.stream().anyMatch(view -> 2 * support(view) > asked);
    }

    /** The view that most share, in doubt the one that holds already; {@code null} where nobody has any. */
    SlotTable winner(SlotTable holding) {
        SlotTable best = null;
        for (SlotTable view : views) {
            int lead = best == null ? 1 : support(view) - support(best);
            if (lead > 0 || (lead == 0 && view.agreesWith(holding) && !best.agreesWith(holding))) {
                best = view;
            }
        }
        return best;
    }

    private int support(SlotTable view) {
        return (int) views.stream().filter(view::agreesWith).count();
    }
}
