package io.headcount.load;

import java.util.List;

/** Plans for tests. */
final class Plans {
    private Plans() {}

    static CrowdPlan plan(int viewers, List<String> targets, int streams) {
        return new CrowdPlan(0, 1, viewers, 2_000, 200, 1.5, streams, "s", 1.0, 42, targets, 2, 0.1, false, true, null);
    }
}
