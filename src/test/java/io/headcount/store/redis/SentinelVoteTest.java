package io.headcount.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SentinelVoteTest {
    private static final SentinelView OLD = new SentinelView(1, "a:1", List.of("b:1"));
    private static final SentinelView PROMOTED = new SentinelView(2, "b:1", List.of());

    private final SentinelVote vote = new SentinelVote(3);

    @Test
    void believesASingleSentinelThatKnowsOfANewerPromotion() {
        vote.add(OLD);
        vote.add(OLD);
        vote.add(PROMOTED);

        assertThat(vote.winner(OLD, true)).isEqualTo(PROMOTED);
    }

    @Test
    void doesNotGoBackWhenTheOnlyOneThatKnowsOfThePromotionIsGone() {
        vote.add(OLD);
        vote.add(OLD);

        assertThat(vote.winner(PROMOTED, true)).isEqualTo(PROMOTED);
    }

    @Test
    void startsAnewWithAMajorityThatWasSetUpAnewWhenTheMasterTakesNoWrites() {
        vote.add(OLD);
        vote.add(OLD);

        assertThat(vote.winner(PROMOTED, false)).isEqualTo(OLD);
    }

    @Test
    void doesNotStartAnewForAMinority() {
        vote.add(OLD);

        assertThat(vote.winner(PROMOTED, false)).isEqualTo(PROMOTED);
    }

    @Test
    void believesTheMajorityOfTheSameEpoch() {
        vote.add(new SentinelView(1, "c:1", List.of()));
        vote.add(OLD);
        vote.add(OLD);

        assertThat(vote.winner(null, false)).isEqualTo(OLD);
    }

    @Test
    void keepsWhatItHeldWhenNobodyAnswers() {
        assertThat(vote.winner(OLD, false)).isEqualTo(OLD);
        assertThat(vote.winner(null, false)).isNull();
    }

    @Test
    void takesTheReplicasThatTheSentinelReachesButNotTheMasterItself() {
        assertThat(new SentinelView(1, "a:1", List.of("c:1", "a:1", "b:1")).replicas())
                .containsExactly("b:1", "c:1");
    }
}
