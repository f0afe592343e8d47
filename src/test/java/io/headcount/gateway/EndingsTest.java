package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EndingsTest {
    private int left;

    private boolean close(String stream, int most) {
        left -= Math.min(left, most);
        return left > 0;
    }

    /** Time until nobody is left, in ticks of 10 ms. */
    private int ticksToClose(Endings endings, int sockets) {
        left = sockets;
        endings.begin("s", sockets, 0);
        int ticks = 0;
        while (endings.under("s")) {
            endings.tick(ticks++ * 10L, this::close);
        }
        return ticks;
    }

    @Test
    void spreadsManyOverTheTime() {
        assertThat(ticksToClose(new Endings(10_000), 50_000)).isBetween(990, 1_010);
    }

    @Test
    void closesFewFasterThanThat() {
        assertThat(ticksToClose(new Endings(10_000), 1)).isEqualTo(1);
        assertThat(ticksToClose(new Endings(10_000), 500)).isBetween(45, 55);
    }

    @Test
    void leavesTheRestWhereTheStreamIsOpenedAgain() {
        Endings endings = new Endings(10_000);
        left = 50_000;
        endings.begin("s", left, 0);
        endings.tick(1_000, this::close);

        endings.cancel("s");
        endings.tick(20_000, this::close);

        assertThat(left).isBetween(44_000, 46_000);
    }
}
