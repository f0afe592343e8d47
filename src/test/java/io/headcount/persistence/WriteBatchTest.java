package io.headcount.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.model.Count;
import io.headcount.model.Mode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class WriteBatchTest {
    private final WriteBatch batch = new WriteBatch();

    @Test
    void writesOnlyTheLatestCountOfAStream() {
        batch.offer(count("a", 1, 100), 0);
        batch.offer(count("b", 7, 100), 1);
        batch.offer(count("a", 2, 200), 2);
        batch.offer(count("a", 9, 150), 3);

        assertThat(batch.begin(10)).containsExactly(count("a", 2, 200), count("b", 7, 100));
    }

    @Test
    void doesNotWriteAgainWhatIsWrittenAlready() {
        write(count("a", 1, 100));

        assertThat(batch.offer(count("a", 1, 200), 5)).isFalse();
        assertThat(batch.offer(count("a", 2, 99), 5))
                .as("older than what is written")
                .isFalse();
        assertThat(batch.begin(10)).isEmpty();
        assertThat(batch.offer(count("a", 0, 300), 5)).isTrue();
        assertThat(batch.begin(10)).containsExactly(count("a", 0, 300));
    }

    @Test
    void keepsAFailedBatchUntilItIsWritten() {
        batch.offer(count("a", 1, 100), 0);
        batch.offer(count("b", 1, 100), 0);
        batch.offer(count("c", 1, 100), 0);

        assertThat(batch.begin(2)).hasSize(2);
        batch.failed();

        assertThat(batch.size()).isEqualTo(3);
        assertThat(batch.begin(10)).containsExactly(count("a", 1, 100), count("b", 1, 100), count("c", 1, 100));
    }

    @Test
    void afterAFailureWritesWhatCameMeanwhileInsteadOfTheOlderCount() {
        batch.offer(count("a", 1, 100), 0);
        batch.begin(10);
        batch.offer(count("a", 2, 200), 1);
        batch.failed();

        assertThat(batch.begin(10)).containsExactly(count("a", 2, 200));
    }

    @Test
    void goesBackToAnEarlierValueThatChangedWhileTheBatchWasInFlight() {
        // Written 1, in flight 2, and meanwhile 1 again: equal to what was written last, but not to what will be.
        write(count("a", 1, 100));
        batch.offer(count("a", 2, 200), 1);
        batch.begin(10);
        batch.offer(count("a", 1, 300), 2);
        batch.succeeded(3);

        assertThat(batch.begin(10)).containsExactly(count("a", 1, 300));
    }

    @Test
    void forgetsWhatOnlyRepeatsTheBatchInFlight() {
        batch.offer(count("a", 2, 200), 1);
        batch.begin(10);
        batch.offer(count("a", 2, 300), 2);
        batch.offer(count("a", 5, 150), 2);
        batch.succeeded(3);

        assertThat(batch.begin(10)).isEmpty();
        assertThat(batch.size()).isZero();
    }

    @Test
    void neverHasTwoBatchesInFlight() {
        batch.offer(count("a", 1, 100), 0);
        batch.begin(10);

        assertThatThrownBy(() -> batch.begin(10)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void measuresHowLongTheOldestChangeWaits() {
        batch.offer(count("a", 1, 100), 10);
        batch.offer(count("b", 1, 100), 20);
        batch.offer(count("a", 2, 200), 30);
        assertThat(batch.lagMillis(40)).isEqualTo(30);

        batch.begin(1);
        assertThat(batch.lagMillis(40)).isEqualTo(30);
        batch.failed();
        assertThat(batch.lagMillis(50)).isEqualTo(40);
        batch.begin(1);
        batch.succeeded(50);
        assertThat(batch.lagMillis(50)).isEqualTo(30);
        batch.begin(1);
        batch.succeeded(50);
        assertThat(batch.lagMillis(60)).isZero();
    }

    @Test
    void takesNoLateCountForNewsWhenANewerOneSaidWhatIsInTheBooks() {
        write(count("a", 1, 100));

        batch.offer(count("a", 1, 300), 0);

        assertThat(batch.offer(count("a", 2, 200), 0)).isFalse();
        assertThat(batch.offer(count("a", 2, 400), 0)).isTrue();
    }

    @Test
    void forgetsStreamsOfWhichNobodySpeaksAnyMore() {
        write(count("a", 1, 100));
        write(count("b", 1, 100));
        batch.offer(count("b", 1, 200), 50);
        assertThat(batch.heardSince("a", 50)).isFalse();
        assertThat(batch.heardSince("b", 50)).isTrue();

        batch.forgetSilent(50);

        assertThat(batch.offer(count("a", 1, 300), 60)).isTrue();
        assertThat(batch.offer(count("b", 1, 300), 60)).isFalse();
    }

    @RepeatedTest(20)
    void endsWithTheLatestCountWrittenWhateverFails() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, Count> truth = new HashMap<>();
        Map<String, Count> books = new HashMap<>();

        for (int step = 1; step < 20_000; step++) {
            String stream = "s" + random.nextInt(20);
            Count count = count(stream, random.nextInt(3), step - random.nextInt(5));
            truth.merge(stream, count, (known, newer) -> newer.newerThan(known) ? newer : known);
            batch.offer(count, step);
            if (random.nextInt(5) == 0) {
                List<Count> inFlight = batch.begin(1 + random.nextInt(5));
                for (int i = random.nextInt(3); i > 0; i--) {
                    Count during = count("s" + random.nextInt(20), random.nextInt(3), step);
                    truth.merge(during.stream(), during, (known, newer) -> newer.newerThan(known) ? newer : known);
                    batch.offer(during, step);
                }
                if (random.nextBoolean()) {
                    inFlight.forEach(c -> books.put(c.stream(), c));
                    batch.succeeded(step);
                } else {
                    batch.failed();
                }
            }
        }
        batch.begin(100).forEach(c -> books.put(c.stream(), c));
        batch.succeeded(0);

        assertThat(batch.size()).as("seed %d", seed).isZero();
        truth.forEach((stream, count) -> assertThat(books.get(stream).viewers())
                .as("%s, seed %d", stream, seed)
                .isEqualTo(count.viewers()));
    }

    private void write(Count count) {
        batch.offer(count, 0);
        batch.begin(10);
        batch.succeeded(0);
    }

    private static Count count(String stream, long viewers, long asOfMillis) {
        return new Count(stream, viewers, viewers, 9, 1, asOfMillis, 0, Mode.EXACT);
    }
}
