package io.headcount.counter;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.Count;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.model.Session;
import io.headcount.store.CounterStore.Batch;
import io.headcount.store.CounterStore.BeatResult;
import io.headcount.store.CounterStore.Change;
import io.headcount.store.CounterStore.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamStateTest {
    private static final Incarnation LIFE = new Incarnation("n1", 1);
    private static final Incarnation NEXT_LIFE = new Incarnation("n1", 2);

    private final StreamState state = new StreamState("42", 0);

    @Test
    void sendsOneBatchAtATimeAndNumbersThem() {
        state.open(session("a"));
        Batch first = state.next(LIFE, 500);
        state.open(session("b"));

        assertThat(state.next(LIFE, 500)).as("while one is on its way").isNull();
        state.applied(first, 1);
        Batch second = state.next(LIFE, 500);

        assertThat(first.number()).isEqualTo(1);
        assertThat(second.number()).isEqualTo(2);
        assertThat(second.changes()).extracting(change -> change.session().id()).containsExactly("b");
    }

    @Test
    void sendsAFailedBatchAgainUnchanged() {
        state.open(session("a"));
        Batch batch = state.next(LIFE, 500);
        state.open(session("b"));

        state.failed(batch);

        assertThat(state.next(LIFE, 500)).isSameAs(batch);
    }

    @Test
    void admitsASessionWhenItsJoinIsApplied() {
        Session session = session("a");
        state.open(session);
        Batch batch = state.next(LIFE, 500);

        List<Session> admitted = state.applied(batch, 1);

        assertThat(admitted).containsExactly(session);
    }

    @Test
    void keepsASessionAssertedUntilItsEndIsInTheLog() {
        Session session = session("a");
        state.open(session);
        state.applied(state.next(LIFE, 500), 1);

        boolean first = state.closed(session);
        boolean again = state.closed(session);
        Batch before = state.next(LIFE, 500);
        state.end(session);
        Batch after = state.next(LIFE, 500);

        assertThat(first).isTrue();
        assertThat(again).as("a session ends once").isFalse();
        assertThat(before).isNull();
        assertThat(after.changes()).containsExactly(new Change(session, false));
    }

    @Test
    void hasASessionInABatchOnlyOnce() {
        Session session = session("a");
        state.open(session);
        state.end(session);

        Batch join = state.next(LIFE, 500);
        state.applied(join, 1);
        Batch leave = state.next(LIFE, 500);

        assertThat(join.changes()).containsExactly(new Change(session, true));
        assertThat(leave.changes()).containsExactly(new Change(session, false));
    }

    @Test
    void stopsAfterARefusalUntilItIsReconciledThenForcesTheNumber() {
        Session kept = session("a");
        state.open(kept);
        state.applied(state.next(LIFE, 500), 1);
        Session fresh = session("b");
        state.open(fresh);
        Batch refused = state.next(LIFE, 500);

        state.refused(refused);
        assertThat(state.next(LIFE, 500)).isNull();
        StreamState.Difference difference = state.reconcile(List.of(), 0);
        Batch everything = state.next(LIFE, 500);

        assertThat(difference.added())
                .as("b was on its way, a is what Redis lost")
                .isEqualTo(1);
        assertThat(difference.cause()).isEqualTo("gap");
        assertThat(everything.after()).as("what Redis saw when it was read").isZero();
        assertThat(everything.number()).as("no number is given twice").isEqualTo(3);
        assertThat(everything.changes()).extracting(Change::session).containsExactlyInAnyOrder(kept, fresh);
    }

    @Test
    void touchesOnlyTheDifferenceWhenItReconciles() {
        state.open(session("a"));
        state.open(session("b"));
        state.applied(state.next(LIFE, 500), 2);
        state.suspect("drift");

        StreamState.Difference difference = state.reconcile(List.of(member("b"), member("ghost")), 1);
        Batch repair = state.next(LIFE, 500);

        assertThat(difference.before()).isEqualTo(2);
        assertThat(difference.after()).isEqualTo(2);
        assertThat(repair.changes())
                .extracting(change -> change.session().id() + change.joined())
                .containsExactlyInAnyOrder("atrue", "ghostfalse");
    }

    @Test
    void doesNotCallComingsAndGoingsDuringTheComparisonDrift() {
        Session leaving = session("a");
        state.open(leaving);
        state.applied(state.next(LIFE, 500), 1);
        state.suspect("drift");

        state.open(session("b"));
        state.end(leaving);
        StreamState.Difference difference = state.reconcile(List.of(member("a")), 1);

        assertThat(difference.none()).isTrue();
        assertThat(state.next(LIFE, 500).changes()).hasSize(2);
    }

    @Test
    void welcomesThoseWhoWereInDoubtAfterReconciling() {
        Session session = session("a");
        state.open(session);
        Batch lost = state.next(LIFE, 500);
        state.refused(lost);

        state.reconcile(List.of(member("a")), 1);
        Batch forced = state.next(LIFE, 500);
        List<Session> admitted = state.applied(forced, 1);

        assertThat(forced.changes()).isEmpty();
        assertThat(admitted).containsExactly(session);
    }

    @Test
    void suspectsDriftWhenRedisHoldsAnotherNumber() {
        state.open(session("a"));

        state.applied(state.next(LIFE, 500), 7);

        assertThat(state.isSuspect()).isTrue();
    }

    @Test
    void suspectsLostDataWhenABeatsAnswerDoesNotFit() {
        state.open(session("a"));
        state.applied(state.next(LIFE, 500), 1);

        state.beaten(beat(0, 0), state.version());

        assertThat(state.isSuspect()).isTrue();
    }

    @Test
    void saysNothingOfABeatThatABatchOvertook() {
        state.open(session("a"));
        long version = state.version();
        state.applied(state.next(LIFE, 500), 1);

        state.beaten(beat(0, 0), version);

        assertThat(state.isSuspect()).isFalse();
    }

    @Test
    void assertsEverythingAnewUnderAnotherIncarnation() {
        state.open(session("a"));
        state.applied(state.next(LIFE, 500), 1);
        state.open(session("b"));
        Batch old = state.next(LIFE, 500);

        state.reborn();
        state.applied(old, 2);
        Batch batch = state.next(NEXT_LIFE, 500);

        assertThat(batch.number()).isEqualTo(1);
        assertThat(batch.incarnation()).isEqualTo(NEXT_LIFE);
        assertThat(batch.changes()).hasSize(2);
    }

    @Test
    void reportsSocketsAsOfTheBatchSoThatChurnIsNoDrift() {
        state.open(session("a"));
        Batch first = state.next(LIFE, 500);
        state.applied(first, 1);
        state.open(session("b"));
        state.census(0, 2);

        assertThat(first.sockets()).isEqualTo(1);
        assertThat(state.sockets()).as("b is not applied yet").isEqualTo(1);
        assertThat(state.next(LIFE, 500).sockets()).isEqualTo(2);
    }

    @Test
    void reportsWhatTheGatewaysCountWhereItDiffers() {
        state.open(session("a"));
        state.applied(state.next(LIFE, 500), 1);

        state.census(0, 3);

        assertThat(state.sockets()).isEqualTo(3);
    }

    @Test
    void adoptsTheGatewaysListOfSockets() {
        Session lost = session("a");
        Session unheard = session("b");
        state.open(lost);

        List<Session> gone = state.adopt(List.of(unheard));

        assertThat(gone).containsExactly(lost);
        assertThat(state.sessions()).contains(unheard);
    }

    private static Session session(String id) {
        return new Session("42", "u-" + id, id, 1_000, 0);
    }

    private static Member member(String id) {
        return new Member(id, "u-" + id, 1_000, 2_000);
    }

    private static BeatResult beat(long asserted, long lastSeen) {
        return new BeatResult(Count.none("42", 5_000, Mode.EXACT), asserted, lastSeen, 0);
    }
}
