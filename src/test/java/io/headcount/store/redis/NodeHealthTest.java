package io.headcount.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.store.redis.NodeHealth.Role;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NodeHealthTest {
    private static final long SECOND = 1_000_000_000;
    private static final String GOOD = "role:slave\r\nmaster_link_status:up\r\nmaster_last_io_seconds_ago:1\r\n";

    private final NodeHealth health = new NodeHealth();

    @Test
    void countsHowLongAMasterTookWritesWithoutABreak() {
        health.become(Role.MASTER);

        health.served(0);
        health.served(SECOND);
        health.served(2 * SECOND);

        assertThat(health.servingFor(3 * SECOND)).isEqualTo(3 * SECOND);
    }

    @Test
    void beginsAnewAfterSilenceOrAnInterruption() {
        health.become(Role.MASTER);

        health.served(0);
        health.served(3 * SECOND);
        assertThat(health.servingFor(4 * SECOND)).isEqualTo(SECOND);

        health.interrupted();
        health.served(5 * SECOND);
        assertThat(health.servingFor(6 * SECOND)).isEqualTo(SECOND);
    }

    @Test
    void isNotServingAfterTwoSecondsWithoutAWrite() {
        health.become(Role.MASTER);

        health.served(0);

        assertThat(health.answering(2 * SECOND)).isTrue();
        assertThat(health.answering(2 * SECOND + 1)).isFalse();
        assertThat(health.servingFor(2 * SECOND + 1)).isZero();
    }

    @Test
    void trustsAReplicaOnlyWhileItKeepsUp() {
        health.become(Role.REPLICA);

        health.heard(GOOD, 0);
        assertThat(health.readable(SECOND)).isTrue();
        assertThat(health.readable(2 * SECOND + 1)).isFalse();

        health.heard(GOOD.replace("ago:1", "ago:2"), 0);
        assertThat(health.readable(0)).isFalse();
        health.heard(GOOD.replace("ago:1", "ago:-1"), 0);
        assertThat(health.readable(0)).isFalse();
        health.heard(GOOD.replace("status:up", "status:down"), 0);
        assertThat(health.readable(0)).isFalse();
    }

    @Test
    void trustsNoReplicaThatBecameAMaster() {
        health.become(Role.REPLICA);
        health.heard(GOOD, 0);

        health.become(Role.MASTER);

        assertThat(health.readable(0)).isFalse();
    }

    @Test
    void doesNotCountAStandstillOfThisProcessAsTime() {
        AtomicLong nanoTime = new AtomicLong();
        RouterClock clock = new RouterClock(nanoTime::get);

        nanoTime.addAndGet(100_000_000);
        assertThat(clock.now()).isEqualTo(100_000_000);

        nanoTime.addAndGet(30 * SECOND);
        assertThat(clock.now()).isEqualTo(150_000_000);
    }
}
