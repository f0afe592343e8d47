package io.headcount.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Holds what others say of each stream against what is true. */
final class Comparison {
    private final CrowdPlan names;
    private final List<StreamTruth> truth;
    private final List<Difference> differences = new ArrayList<>();

    /** Against that truth; of the plan only the streams' names are used. */
    Comparison(CrowdPlan names, List<StreamTruth> truth) {
        this.names = names;
        this.truth = truth;
    }

    /** All that differs, so far. */
    List<Difference> differences() {
        return differences;
    }

    /**
     * What an API says.
     *
     * @param counts by stream; one that is missing counts as 0
     */
    void api(String where, Map<String, CountsApi.Answer> counts) {
        for (int i = 0; i < truth.size(); i++) {
            CountsApi.Answer said = counts.getOrDefault(names.stream(i), CountsApi.Answer.NOBODY);
            check(i, where, "users", truth.get(i).users(), said.viewers());
            check(i, where, "sessions", truth.get(i).sessions(), said.sessions());
        }
    }

    /** What the sockets were told last. */
    void sockets() {
        for (int i = 0; i < truth.size(); i++) {
            StreamTruth one = truth.get(i);
            if (one.sessions() > 0) {
                check(i, "sockets", "least last count", one.users(), one.leastSeen());
                check(i, "sockets", "greatest last count", one.users(), one.greatestSeen());
            }
        }
    }

    /** What a table of current counts says; a stream that is missing counts as 0. */
    void books(String where, Map<String, Long> counts) {
        for (int i = 0; i < truth.size(); i++) {
            check(i, where, "users", truth.get(i).users(), counts.getOrDefault(names.stream(i), 0L));
        }
    }

    private void check(int stream, String where, String what, long wanted, long seen) {
        if (wanted != seen) {
            differences.add(new Difference(names.stream(stream), where, what, wanted, seen));
        }
    }
}
