package io.headcount.counter;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.bus.Message.Tally;
import io.headcount.model.Count;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.model.Session;
import io.headcount.store.CounterStore.Batch;
import io.headcount.store.CounterStore.BeatResult;
import io.headcount.store.CounterStore.Change;
import io.headcount.store.CounterStore.Door;
import io.headcount.store.CounterStore.Member;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreamStateTest {
    private static final Incarnation LIFE = new Incarnation("n1", 1);
    private static final Incarnation NEXT_LIFE = new Incarnation("n1", 2);

    private final StreamState state = new StreamState("42", 0, 2);

    @Test
    void sendsOneBatchAtATimeAndNumbersThem() {
        state.open(session("a"));
        Batch first = state.next(LIFE, 500);
        state.open(session("b"));

        assertThat(state.next(LIFE, 500)).as("while one is on its way").isNull();
        state.applied(first, 1, Set.of());
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

        List<Session> admitted = state.applied(batch, 1, Set.of()).admitted();

        assertThat(admitted).containsExactly(session);
    }

    @Test
    void forgetsASessionThatIsOneTooManyOfItsUser() {
        Session kept = session("a");
        Session refused = session("b");
        state.open(kept);
        state.open(refused);
        Batch batch = state.next(LIFE, 500);

        Verdict verdict = state.applied(batch, 1, Set.of("b"));

        assertThat(batch.door()).isEqualTo(new Door(2, Set.of("a", "b")));
        assertThat(verdict.admitted()).containsExactly(kept);
        assertThat(verdict.refused()).containsExactly(refused);
        assertThat(state.sessions()).containsExactly(kept);
        assertThat(state.sockets()).isEqualTo(1);
        assertThat(state.isSuspect()).as("what Redis holds is what was applied").isFalse();
        assertThat(state.closed(refused)).as("it gets no row in the books").isFalse();
        assertThat(state.next(LIFE, 500)).isNull();
    }

    @Test
    void forgetsARefusedSessionThatClosedBeforeTheVerdict() {
        Session kept = session("a");
        Session hasty = session("b");
        state.open(kept);
        state.open(hasty);
        Batch batch = state.next(LIFE, 500);
        state.closed(hasty);
        state.end(hasty);

        state.applied(batch, 1, Set.of("b"));

        assertThat(state.next(LIFE, 500)).as("there is nothing to take back").isNull();
        assertThat(state.sockets()).isEqualTo(1);
    }

    @Test
    void neverAsksTheDoorAgainForASessionThatWasAdmitted() {
        state.open(session("a"));
        state.applied(state.next(LIFE, 500), 1, Set.of());

        state.reborn();
        state.open(session("b"));
        Batch everything = state.next(NEXT_LIFE, 500);

        assertThat(everything.changes()).hasSize(2);
        assertThat(everything.door().newcomers()).containsExactly("b");
    }

    @Test
    void takesWhatRedisHoldsForAdmittedAndAsksAgainForTheRest() {
        Session held = session("a");
        Session unheard = session("b");
        state.open(held);
        state.open(unheard);
        state.refused(state.next(LIFE, 500));
        state.reconcile(List.of(new Member("a", "u", 1, 1)), 1);
        Session lost = session("c");
        state.open(lost);
        Batch next = state.next(LIFE, 500);

        assertThat(next.door().newcomers()).containsExactlyInAnyOrder("b", "c");
        Verdict verdict = state.applied(next, 2, Set.of("c"));

        assertThat(verdict.admitted()).containsExactlyInAnyOrder(held, unheard);
        assertThat(verdict.refused()).containsExactly(lost);
    }

    @Test
    void hasAnOpenDoorWhereTabsAreNotLimited() {
        StreamState unlimited = new StreamState("42", 0, 0);
        unlimited.open(session("a"));

        assertThat(unlimited.next(LIFE, 500).door()).isEqualTo(Door.OPEN);
    }

    @Test
    void keepsASessionAssertedUntilItsEndIsInTheLog() {
        Session session = session("a");
        state.open(session);
        state.applied(state.next(LIFE, 500), 1, Set.of());

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
        state.applied(join, 1, Set.of());
        Batch leave = state.next(LIFE, 500);

        assertThat(join.changes()).containsExactly(new Change(session, true));
        assertThat(leave.changes()).containsExactly(new Change(session, false));
    }

    @Test
    void stopsAfterARefusalUntilItIsReconciledThenForcesTheNumber() {
        Session kept = session("a");
        state.open(kept);
        state.applied(state.next(LIFE, 500), 1, Set.of());
        Session fresh = session("b");
        state.open(fresh);
        Batch refused = state.next(LIFE, 500);

        state.refused(refused);
        assertThat(state.next(LIFE, 500)).isNull();
        Difference difference = state.reconcile(List.of(), 0);
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
        state.applied(state.next(LIFE, 500), 2, Set.of());
        state.suspect("drift");

        Difference difference = state.reconcile(List.of(member("b"), member("ghost")), 1);
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
        state.applied(state.next(LIFE, 500), 1, Set.of());
        state.suspect("drift");

        state.open(session("b"));
        state.end(leaving);
        Difference difference = state.reconcile(List.of(member("a")), 1);

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
        List<Session> admitted = state.applied(forced, 1, Set.of()).admitted();

        assertThat(forced.changes()).isEmpty();
        assertThat(admitted).containsExactly(session);
    }

    @Test
    void holdsNoMoreThanItsSessionsHoweverManyComeAndGoWhileRedisIsAway() {
        state.open(session("held"));
        Batch stuck = state.next(LIFE, 500);
        for (int i = 0; i < 10_000; i++) {
            Session visitor = session("v" + i);
            state.open(visitor);
            state.closed(visitor);
            state.end(visitor);
        }
        Session stays = session("stays");
        state.open(stays);

        assertThat(state.waiting()).isLessThanOrEqualTo(502);
        state.applied(stuck, 1, Set.of());
        long asserted = 1;
        for (Batch batch = state.next(LIFE, 500); batch != null; batch = state.next(LIFE, 500)) {
            asserted += batch.changes().stream()
                    .mapToLong(change -> change.joined() ? 1 : -1)
                    .sum();
            state.applied(batch, asserted, Set.of());
        }
        assertThat(asserted).isEqualTo(2);
        assertThat(state.sockets()).isEqualTo(2);
    }

    @Test
    void suspectsDriftWhenRedisHoldsAnotherNumber() {
        state.open(session("a"));

        state.applied(state.next(LIFE, 500), 7, Set.of());

        assertThat(state.isSuspect()).isTrue();
    }

    @Test
    void suspectsLostDataWhenABeatsAnswerDoesNotFit() {
        state.open(session("a"));
        state.applied(state.next(LIFE, 500), 1, Set.of());

        state.beaten(beat(0, 0), state.version());

        assertThat(state.isSuspect()).isTrue();
    }

    @Test
    void saysNothingOfABeatThatABatchOvertook() {
        state.open(session("a"));
        long version = state.version();
        state.applied(state.next(LIFE, 500), 1, Set.of());

        state.beaten(beat(0, 0), version);

        assertThat(state.isSuspect()).isFalse();
    }

    @Test
    void assertsEverythingAnewUnderAnotherIncarnation() {
        state.open(session("a"));
        state.applied(state.next(LIFE, 500), 1, Set.of());
        state.open(session("b"));
        Batch old = state.next(LIFE, 500);

        state.reborn();
        state.applied(old, 2, Set.of());
        Batch batch = state.next(NEXT_LIFE, 500);

        assertThat(batch.number()).isEqualTo(1);
        assertThat(batch.incarnation()).isEqualTo(NEXT_LIFE);
        assertThat(batch.changes()).hasSize(2);
    }

    @Test
    void reportsSocketsAsOfTheBatchSoThatChurnIsNoDrift() {
        state.open(session("a"));
        Batch first = state.next(LIFE, 500);
        state.applied(first, 1, Set.of());
        state.open(session("b"));
        state.census(0, new Tally(2, 0));

        assertThat(first.sockets()).isEqualTo(1);
        assertThat(state.sockets()).as("b is not applied yet").isEqualTo(1);
        assertThat(state.next(LIFE, 500).sockets()).isEqualTo(2);
    }

    @Test
    void reportsWhatTheGatewaysCountWhereItDiffers() {
        state.open(session("a"));
        state.applied(state.next(LIFE, 500), 1, Set.of());

        state.census(0, new Tally(3, 0));

        assertThat(state.sockets()).isEqualTo(3);
    }

    @Test
    void noticesThatAGatewayHasAsManySocketsButOthers() {
        state.open(session("a"));
        state.open(session("b"));
        Tally same = Tally.NONE.plus(session("b")).plus(session("a"));

        assertThat(state.census(0, same)).isFalse();
        assertThat(state.census(0, Tally.NONE.plus(session("a")).plus(session("c"))))
                .isTrue();
        assertThat(state.sockets()).as("no keeper would notice").isEqualTo(0);
    }

    @Test
    void suspectsAStreamWhereRedisHasLostASessionThatIsOpen() {
        state.open(session("a"));
        state.applied(state.next(LIFE, 500), 1, Set.of());
        long doubts = state.doubts();

        state.missing(List.of("left a moment ago"), doubts);
        assertThat(state.isSuspect()).isFalse();

        state.missing(List.of("a"), doubts);
        assertThat(state.isSuspect()).isTrue();
        assertThat(state.reconcile(List.of(member("x")), 1).cause()).isEqualTo("members");

        state.applied(state.next(LIFE, 500), 1, Set.of());
        state.missing(List.of("a"), doubts);
        assertThat(state.isSuspect()).as("an answer from before the comparison").isFalse();
    }

    @Test
    void beatsOnlySessionsWhoseJoinIsApplied() {
        state.open(session("a"));
        state.applied(state.next(LIFE, 500), 1, Set.of());
        state.open(session("b"));
        Batch underWay = state.next(LIFE, 500);
        state.open(session("c"));

        assertThat(state.inPhase(0, 1)).extracting(Session::id).containsExactly("a");

        state.applied(underWay, 2, Set.of());
        assertThat(state.inPhase(0, 1)).extracting(Session::id).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void adoptsAGatewaysListOfSockets() {
        Session lost = session("a");
        Session unheard = session("b");
        state.open(lost);

        Session elsewhere = new Session("42", "u-c", "c", 1_000, 1);
        state.open(elsewhere);

        List<Session> gone = state.adopt(0, List.of(unheard));

        assertThat(gone)
                .as("the list of one gateway says nothing of another's sockets")
                .containsExactly(lost);
        assertThat(state.sessions()).contains(unheard);
    }

    private static Session session(String id) {
        return new Session("42", "u-" + id, id, 1_000, 0);
    }

    private static Member member(String id) {
        return new Member(id, "u-" + id, 1_000, 2_000);
    }

    private static BeatResult beat(long asserted, long lastSeen) {
        return new BeatResult(Count.none("42", 5_000, Mode.EXACT), asserted, lastSeen, 0, List.of());
    }
}
