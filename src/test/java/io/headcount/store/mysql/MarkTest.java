package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MarkTest {
    private static final long BUCKET = 300_000;
    private static final long START = 10 * BUCKET;

    @Test
    void aMomentInABucketLiesBetweenTheEndsOfTheOneBeforeAndOfItsOwn() {
        assertThat(Mark.at(START, START, BUCKET)).isEqualTo(new Mark(START - BUCKET, START, 0));
        assertThat(Mark.at(START + BUCKET / 4, START + BUCKET, BUCKET))
                .isEqualTo(new Mark(START - BUCKET, START, 0.25));
    }

    @Test
    void theNewestStandsForWhatIsNotWrittenYet() {
        assertThat(Mark.at(START + 1, START - BUCKET, BUCKET)).isEqualTo(new Mark(START - BUCKET, START - BUCKET, 1));
    }

    @Test
    void whatAnEarlierLifeLeftSaysNothing() {
        assertThat(Mark.at(START, START - 2 * BUCKET, BUCKET)).isNotNull();
        assertThat(Mark.at(START, START - 3 * BUCKET, BUCKET)).isNull();
    }
}
