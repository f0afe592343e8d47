package io.headcount.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.Incarnation;
import io.headcount.store.LeaseStore.Lease;
import io.headcount.store.LeaseStore.LeaseState;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeathsTest {
    private final Deaths deaths = new Deaths();

    @Test
    void buriesANodeWhoseLeaseIsGone() {
        deaths.observe(List.of(alive("n1"), alive("n2"), gone("n3")), 1_000);

        assertThat(deaths.toBury(1_000)).containsExactly(new Incarnation("n3", 1));
        assertThat(deaths.missing()).containsExactly("n3#1");
    }

    @Test
    void saysNothingOfANodeWhoseLeaseCouldNotHaveBeenRenewed() {
        deaths.observe(List.of(alive("n1"), new Lease("n2", 1, LeaseState.UNKNOWN, 0)), 1_000);

        assertThat(deaths.toBury(1_000)).isEmpty();
        assertThat(deaths.missing()).containsExactly("n2#1");
    }

    @Test
    void callsANodeMissingThatIsLateWithItsRenewal() {
        deaths.observe(List.of(new Lease("n1", 1, LeaseState.ALIVE, 4_000)), 1_000);

        assertThat(deaths.missing()).containsExactly("n1#1");
        assertThat(deaths.toBury(1_000)).isEmpty();
    }

    @Test
    void holdsWhenMoreThanAThirdDieAtOnceUntilTheirHeartbeatsAreOver() {
        deaths.observe(List.of(alive("n1"), gone("n2"), gone("n3")), 1_000);

        assertThat(deaths.toBury(60_999)).isEmpty();
        assertThat(deaths.toBury(61_000)).hasSize(2);
    }

    @Test
    void knowsTheDeadAndThoseWhoseNodeBeganALaterLife() {
        deaths.observe(List.of(new Lease("n1", 4, LeaseState.ALIVE, 9_000), new Lease("n2", 2, LeaseState.DEAD, 0)), 0);

        assertThat(deaths.isDead(new Incarnation("n1", 3))).isTrue();
        assertThat(deaths.isDead(new Incarnation("n1", 4))).isFalse();
        assertThat(deaths.isDead(new Incarnation("n2", 2))).isTrue();
        assertThat(deaths.isUnknown(new Incarnation("n9", 1))).isTrue();
    }

    @Test
    void buriesANodeWhoseLeaseRedisLostAltogetherByWhatIsReportedUnderItsName() {
        deaths.reporting(List.of(new Incarnation("n3", 4), new Incarnation("n3", 5)));

        deaths.observe(List.of(alive("n1"), alive("n2"), new Lease("n3", 0, LeaseState.MISSING, 0)), 1_000);

        assertThat(deaths.toBury(1_000)).containsExactly(new Incarnation("n3", 5));
    }

    @Test
    void buriesALifeThatRedisForgotSoThatItsNodeGetsAHigherNumber() {
        deaths.reporting(List.of(new Incarnation("n1", 2)));

        deaths.observe(List.of(alive("n1"), alive("n2")), 1_000);

        assertThat(deaths.toBury(1_000)).containsExactly(new Incarnation("n1", 2));
    }

    @Test
    void isNotHeldUpByNodesThatLeftLongAgo() {
        Lease[] forgotten = {
            new Lease("old1", 0, LeaseState.MISSING, 0), new Lease("old2", 0, LeaseState.MISSING, 0),
        };

        deaths.observe(List.of(alive("n1"), alive("n2"), gone("n3"), forgotten[0], forgotten[1]), 1_000);

        assertThat(deaths.toBury(1_000)).containsExactly(new Incarnation("n3", 1));
        assertThat(deaths.missing()).containsExactly("n3#1");
    }

    @Test
    void knowsADeathThatItRecordedItselfThoughTheNodeIsNeverListedAgain() {
        deaths.observe(List.of(alive("n1"), alive("n2"), gone("n3")), 1_000);

        deaths.buried(new Incarnation("n3", 1));
        deaths.observe(List.of(alive("n1"), alive("n2")), 2_000);

        assertThat(deaths.isDead(new Incarnation("n3", 1))).isTrue();
        assertThat(deaths.toBury(2_000)).isEmpty();
        assertThat(deaths.isUnknown(new Incarnation("n3", 1)))
                .as("to be listed again while something is reported")
                .isTrue();
    }

    private static Lease alive(String node) {
        return new Lease(node, 1, LeaseState.ALIVE, 9_000);
    }

    private static Lease gone(String node) {
        return new Lease(node, 1, LeaseState.MISSING, 0);
    }
}
