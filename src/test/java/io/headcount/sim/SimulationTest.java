package io.headcount.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.headcount.sim.Simulation.Outcome;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * The real counting, repairs and leases over a modelled network, clock and Redis: thousands of simulations, each from
 * its seed. {@code -Dheadcount.sim.seed=N} replays one with a trace, {@code -Dheadcount.sim.seeds=N} runs so many.
 */
class SimulationTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.headcount");
    private static final Level LEVEL = LOG.getLevel();
    private static final long SEEDS = Long.getLong("headcount.sim.seeds", 10_000);
    private static final long FIRST = Long.getLong("headcount.sim.first", 1);

    @BeforeAll
    static void beSilent() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOG.setLevel(LEVEL);
    }

    @Test
    void everySeedEndsExactAndWithCompleteBooks() {
        Long one = Long.getLong("headcount.sim.seed");
        if (one != null) {
            Outcome outcome = Simulation.run(one, EnumSet.noneOf(Plant.class), true);
            assertThat(outcome.wrong()).as("seed %d", one).isNull();
            return;
        }
        long startedAt = System.nanoTime();

        List<Outcome> outcomes = LongStream.range(FIRST, FIRST + SEEDS)
                .parallel()
                .mapToObj(seed -> Simulation.run(seed, EnumSet.noneOf(Plant.class), false))
                .toList();

        double seconds = (System.nanoTime() - startedAt) / 1e9;
        List<Outcome> failed = outcomes.stream().filter(Outcome::failed).toList();
        System.out.printf(
                "%d seeds in %.0f s (%.0f a second), %d sessions, %d hours of virtual time, exact after %s s at most%n",
                outcomes.size(),
                seconds,
                outcomes.size() / seconds,
                outcomes.stream().mapToLong(Outcome::sessions).sum(),
                outcomes.stream().mapToLong(Outcome::virtualMillis).sum() / 3_600_000,
                outcomes.stream().mapToLong(Outcome::exactAfterMillis).max().orElse(0) / 1000);
        failed.stream()
                .limit(20)
                .forEach(outcome -> System.out.println("seed " + outcome.seed() + ": " + outcome.wrong()));
        assertThat(failed)
                .as(
                        "replay one: mvn test -Dtest=SimulationTest -Dheadcount.sim.seed=%s",
                        failed.isEmpty() ? "N" : Long.toString(failed.get(0).seed()))
                .isEmpty();
    }
}
