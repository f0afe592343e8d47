package io.headcount.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.headcount.sim.Simulation.Outcome;
import java.util.EnumSet;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A simulator that finds nothing shows nothing: each planted bug is found by some seed of those that run in every build. */
class PlantedBugsTest {
    /** As many as {@link SimulationTest} runs. */
    private static final long MOST_SEEDS = 10_000;

    private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.headcount");
    private static final Level LEVEL = LOG.getLevel();

    @BeforeAll
    static void beSilent() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOG.setLevel(LEVEL);
    }

    @ParameterizedTest
    @EnumSource(Plant.class)
    void someSeedFinds(Plant planted) {
        Optional<Outcome> found = LongStream.rangeClosed(1, MOST_SEEDS)
                .mapToObj(seed -> Simulation.run(seed, EnumSet.of(planted), false))
                .filter(Outcome::failed)
                .findFirst();

        assertThat(found).as("a seed that finds " + planted).isPresent();
        System.out.println(planted + " is found by seed " + found.get().seed() + ": "
                + found.get().wrong());
    }
}
