package io.headcount.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetsTest {
    @Test
    void takesAllNodesThatAreRunning() throws IOException, LoadException {
        JsonNode runFile = new ObjectMapper()
                .readTree("{\"nodes\":[{\"public\":\"127.0.0.1:8080\"},{\"public\":\"http://localhost:8180/\"}]}");

        assertThat(Targets.resolve(List.of(), runFile, false)).containsExactly("127.0.0.1:8080", "127.0.0.1:8180");
    }

    @Test
    void prefersWhatWasAskedFor() throws LoadException {
        assertThat(Targets.resolve(List.of("127.0.0.2:90"), MissingNode.getInstance(), false))
                .containsExactly("127.0.0.2:90");
        assertThat(Targets.resolve(List.of(), MissingNode.getInstance(), false)).containsExactly(Targets.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1:8080", "[2001:db8::1]:8080", "0.0.0.0:8080"})
    void refusesOtherMachinesUnlessAllowed(String target) throws LoadException {
        assertThatThrownBy(() -> Targets.resolve(List.of(target), MissingNode.getInstance(), false))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("--allow-remote");
        assertThat(Targets.resolve(List.of(target), MissingNode.getInstance(), true))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:http", ""})
    void saysWhatATargetLooksLike(String target) {
        assertThatThrownBy(() -> Targets.resolve(List.of(target), MissingNode.getInstance(), false))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("host:port");
    }

    @Test
    void connectsFromManyAddressesOfThisMachine() {
        assertThat(Targets.sources(2, 3))
                .extracting(address -> address.getHostAddress())
                .containsExactly("127.1.3.1", "127.1.3.2", "127.1.3.3");
    }
}
