package io.headcount.reconciler;

import io.headcount.model.Incarnation;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.CounterStore.NodeReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Compares what nodes report as their sockets with what Redis holds for them. A report's two numbers are of the same
 * batch, so they are equal whenever nothing is lost, however fast viewers come and go: any lasting difference is drift.
 * And so is a report that nobody renews though its incarnation lives: a life before it had the same name. Pure.
 */
final class Reconciliation {
    private final int threshold;
    private final int rounds;
    private final long silenceMillis;
    private Map<Key, Integer> differing = new HashMap<>();
    private long worst;

    /**
     * @param threshold difference in sessions up to which nothing is done
     * @param rounds comparisons in a row that must differ
     * @param silenceMillis age from which a report of a living incarnation means that it does not know of it
     */
    Reconciliation(int threshold, int rounds, long silenceMillis) {
        this.threshold = threshold;
        this.rounds = rounds;
        this.silenceMillis = silenceMillis;
    }

    /**
     * Compares a round of streams.
     *
     * @param alive which incarnations hold their lease; others are not asked
     * @return whom to ask to look at which stream
     */
    List<Mismatch> compare(List<LiveStream> streams, Predicate<Incarnation> alive) {
        Map<Key, Integer> now = new HashMap<>();
        List<Mismatch> found = new ArrayList<>();
        worst = 0;
        for (LiveStream stream : streams) {
            for (NodeReport report : stream.nodes()) {
                long difference = Math.abs(report.sockets() - report.asserted());
                if (alive.test(report.incarnation())
                        && stream.count().asOfMillis() - report.reportedAtMillis() > silenceMillis) {
                    found.add(mismatch(stream, report));
                    continue;
                }
                if (difference <= threshold || !alive.test(report.incarnation())) {
                    continue;
                }
                worst = Math.max(worst, difference);
                Key key = new Key(stream.count().stream(), report.incarnation());
                int seen = differing.getOrDefault(key, 0) + 1;
                if (seen >= rounds) {
                    found.add(mismatch(stream, report));
                } else {
                    now.put(key, seen);
                }
            }
        }
        differing = now;
        return found;
    }

    private static Mismatch mismatch(LiveStream stream, NodeReport report) {
        return new Mismatch(stream.count().stream(), report.incarnation(), report.sockets(), report.asserted());
    }

    /** The largest difference of the last round, in sessions. */
    long worst() {
        return worst;
    }

    /** Dead incarnations that still have something on these streams, by stream. */
    static Map<String, Set<Incarnation>> toReap(List<LiveStream> streams, Predicate<Incarnation> dead) {
        Map<String, Set<Incarnation>> work = new HashMap<>();
        for (LiveStream stream : streams) {
            for (NodeReport report : stream.nodes()) {
                if (dead.test(report.incarnation())) {
                    work.computeIfAbsent(stream.count().stream(), unknown -> new HashSet<>())
                            .add(report.incarnation());
                }
            }
        }
        return work;
    }

    /** A difference between a node's sockets and what Redis holds for it. */
    record Mismatch(String stream, Incarnation incarnation, long sockets, long asserted) {}

    private record Key(String stream, Incarnation incarnation) {}
}
