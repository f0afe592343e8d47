package io.headcount.counter;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.Count;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CountBoardTest {
    private final CountBoard board = new CountBoard(500, 2_000);

    @Test
    void publishesTheFirstChangeAtOnceAndTheNextAfterTheInterval() {
        board.offer(count(1, 100), 10_000);
        assertThat(board.changes(10_000)).extracting(Count::viewers).containsExactly(1L);

        board.offer(count(2, 200), 10_100);
        board.offer(count(3, 300), 10_200);

        assertThat(board.changes(10_499)).isEmpty();
        assertThat(board.changes(10_500)).extracting(Count::viewers).containsExactly(3L);
        assertThat(board.changes(10_501)).isEmpty();
    }

    @Test
    void publishesAnUnchangedCountAsASignOfLife() {
        board.offer(count(1, 100), 10_000);
        board.changes(10_000);

        board.offer(count(1, 1_900), 11_900);

        assertThat(board.changes(11_900)).isEmpty();
        assertThat(board.signsOfLife(11_999)).isEmpty();
        assertThat(board.signsOfLife(12_000)).extracting(Count::asOfMillis).containsExactly(1_900L);
    }

    @Test
    void passesOverACountThatIsOlder() {
        board.offer(count(5, 200), 10_000);
        board.offer(count(4, 100), 10_001);

        assertThat(board.changes(10_001)).extracting(Count::viewers).containsExactly(5L);
    }

    @Test
    void believesAnOlderClockAfterASecond() {
        board.offer(count(5, 200_000), 10_000);
        board.offer(count(4, 100_000), 11_000);

        assertThat(board.changes(11_000)).extracting(Count::viewers).containsExactly(4L);
    }

    @Test
    void saysDegradedWhenTheCountIsOld() {
        board.offer(count(5, 200), 10_000);
        board.changes(10_000);

        assertThat(board.signsOfLife(15_001)).extracting(Count::mode).containsExactly(Mode.DEGRADED);
    }

    @Test
    void saysDegradedAtOnceWhileANodeOfTheStreamIsMissing() {
        board.offer(count(5, 200), Set.of(new Incarnation("n2", 3)), 10_000);
        board.changes(10_000);

        board.missing(Set.of("n2#3"));
        assertThat(board.signsOfLife(10_001)).extracting(Count::mode).containsExactly(Mode.DEGRADED);
        board.missing(Set.of());

        assertThat(board.signsOfLife(10_002)).extracting(Count::mode).containsExactly(Mode.EXACT);
    }

    @Test
    void forgetsAStreamThatNobodyWatches() {
        board.offer(new Count("42", 0, 0, 0, 0, 100, 1, Mode.EXACT), 10_000);

        board.signsOfLife(20_001);

        assertThat(board.size()).isZero();
    }

    private static Count count(long viewers, long asOf) {
        return new Count("42", viewers, viewers, viewers, asOf, asOf, asOf, Mode.EXACT);
    }
}
