package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExpiriesTest {
    private final Expiries expiries = new Expiries(1_000_000);

    private List<Integer> expired(long nowMillis, int size) {
        List<Integer> slots = new ArrayList<>();
        expiries.tick(nowMillis, size, slots::add);
        return slots;
    }

    @Test
    void findsASocketWithinASecondAfterItsEndAndNotBefore() {
        expiries.set(3, 1_005_500);

        for (long now = 1_000_000; now < 1_005_500; now += 100) {
            assertThat(expired(now, 10)).isEmpty();
        }
        assertThat(expired(1_006_500, 10)).containsExactly(3);
    }

    @Test
    void keepsNothingOfASocketThatClosed() {
        expiries.set(0, 1_001_000);
        expiries.set(1, 1_001_000);

        expiries.removed(1, 1);
        expiries.removed(0, 0);

        assertThat(expiries.size()).isZero();
        assertThat(expired(1_010_000, 0)).isEmpty();
    }

    @Test
    void spreadsTheEndsOfTokensThatEndTogether() {
        for (int slot = 0; slot < 500; slot++) {
            expiries.set(slot, 1_001_000);
        }
        int size = 500;
        List<Integer> rounds = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            List<Integer> slots = expired(1_002_000 + round, size);
            rounds.add(slots.size());
            for (int slot : slots) {
                expiries.removed(slot, --size);
            }
        }

        assertThat(rounds).containsExactly(200, 200, 100, 0);
    }

    @Test
    void movesWithItsSocketThroughRandomComingsAndGoings() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> slots = new ArrayList<>();
        Map<String, Long> ends = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            if (slots.isEmpty() || random.nextInt(5) < 3) {
                String socket = "s" + step;
                slots.add(socket);
                if (random.nextBoolean()) {
                    long end = 1_000_000 + 1_000L * random.nextInt(100);
                    ends.put(socket, end);
                    expiries.set(slots.size() - 1, end);
                }
            } else {
                int slot = random.nextInt(slots.size());
                int last = slots.size() - 1;
                ends.remove(slots.get(slot));
                slots.set(slot, slots.get(last));
                slots.remove(last);
                expiries.removed(slot, last);
            }
        }

        List<String> due = new ArrayList<>();
        // The ends are spread, so that no second has more than may go at once.
        for (long now = 1_000_000; now <= 1_101_000; now += 50) {
            for (int slot : expired(now, slots.size())) {
                String socket = slots.get(slot);
                assertThat(ends.get(socket)).as("seed %d, %s", seed, socket).isLessThanOrEqualTo(now);
                due.add(socket);
                slots.set(slot, slots.get(slots.size() - 1));
                slots.remove(slots.size() - 1);
                expiries.removed(slot, slots.size());
            }
        }
        assertThat(due).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(ends.keySet());
        assertThat(expiries.size()).isZero();
    }
}
