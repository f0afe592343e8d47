package io.headcount.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.dev.SharedServers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Some quick rows of {@code scripts/chaos}, with few viewers and short outages. */
class ChaosIT {
    private static final int VIEWERS = 300;

    private static Scene scene;

    @BeforeAll
    static void start() {
        scene = Scene.start(new Scene.Options(SharedServers.newFolder("chaos"), VIEWERS, Duration.ofSeconds(3), true));
    }

    @AfterAll
    static void stop() {
        scene.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"clients-again", "bus-dropped", "master-back-empty", "redis-to-node-dropped"})
    void holdsWhatIsAskedOf(String name) {
        Fault fault = Faults.all().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();

        Findings.Row row = Stage.run(scene, fault);

        assertThat(row.broken()).as("%s; seen: %s", fault.title(), row.notes()).isEmpty();
        assertThat(row.notRun()).isNull();
    }
}
