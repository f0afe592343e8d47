package io.headcount.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.Count;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.reconciler.Reconciliation.Mismatch;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.CounterStore.NodeReport;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
    private static final Incarnation NODE = new Incarnation("n1", 1);

    @Test
    void asksANodeToLookAfterSoManyRoundsOfDifference() {
        Reconciliation reconciliation = new Reconciliation(0, 2, 15_000);

        List<Mismatch> first = reconciliation.compare(streams(10, 9), node -> true);
        List<Mismatch> second = reconciliation.compare(streams(10, 9), node -> true);

        assertThat(first).isEmpty();
        assertThat(second).containsExactly(new Mismatch("42", NODE, 10, 9));
        assertThat(reconciliation.worst()).isEqualTo(1);
    }

    @Test
    void beginsToCountAnewWhenARoundAgrees() {
        Reconciliation reconciliation = new Reconciliation(0, 2, 15_000);

        reconciliation.compare(streams(10, 9), node -> true);
        reconciliation.compare(streams(10, 10), node -> true);

        assertThat(reconciliation.compare(streams(10, 9), node -> true)).isEmpty();
    }

    @Test
    void toleratesTheThreshold() {
        Reconciliation reconciliation = new Reconciliation(2, 1, 15_000);

        assertThat(reconciliation.compare(streams(10, 8), node -> true)).isEmpty();
        assertThat(reconciliation.compare(streams(10, 7), node -> true)).hasSize(1);
    }

    @Test
    void doesNotAskTheDead() {
        Reconciliation reconciliation = new Reconciliation(0, 1, 15_000);

        assertThat(reconciliation.compare(streams(10, 7), node -> false)).isEmpty();
    }

    @Test
    void asksALivingNodeThatHasLongBeenSilentOnAStream() {
        Reconciliation reconciliation = new Reconciliation(0, 2, 900);

        assertThat(reconciliation.compare(streams(10, 10), node -> true)).hasSize(1);
        assertThat(reconciliation.compare(streams(10, 10), node -> false)).isEmpty();
    }

    @Test
    void findsWhatTheDeadLeft() {
        Map<String, Set<Incarnation>> work = Reconciliation.toReap(streams(10, 10), NODE::equals);

        assertThat(work).containsExactly(Map.entry("42", Set.of(NODE)));
    }

    private static List<LiveStream> streams(long sockets, long asserted) {
        Count count = Count.none("42", 5_000, Mode.EXACT);
        return List.of(new LiveStream(count, List.of(new NodeReport(NODE, sockets, asserted, 3, 4_000))));
    }
}
