package io.headcount.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What strangers may take of a node ({@code limits.*}), and what stands before it. */
class LimitsConfigTest {
    @Test
    void leavesLimitsByAddressAndUserOffInOpenModeUnlessTheyAreSet() throws ConfigException {
        LimitsConfig byDefault = HeadcountConfig.read(Map.of(), Map.of()).limits();
        LimitsConfig set = HeadcountConfig.read(Map.of("limits", Map.of("maxSessionsPerUser", 3)), Map.of())
                .limits();
        LimitsConfig closed = LimitsConfig.read(new Settings(Map.of(), Map.of()), false);

        assertThat(List.of(
                        byDefault.maxSocketsPerAddress(),
                        byDefault.maxHandshakesPerSecondPerAddress(),
                        byDefault.maxSessionsPerUser()))
                .containsOnly(0);
        assertThat(byDefault.maxSockets()).isEqualTo(60_000);
        assertThat(set.maxSessionsPerUser()).isEqualTo(3);
        assertThat(List.of(
                        closed.maxSocketsPerAddress(),
                        closed.maxHandshakesPerSecondPerAddress(),
                        closed.maxSessionsPerUser()))
                .containsExactly(2_000, 200, 20);
    }

    @ParameterizedTest(name = "{0} has {1}: {2}")
    @CsvSource({
        "10.0.0.0/8,      10.255.0.1,        true",
        "10.0.0.0/8,      11.0.0.1,          false",
        "192.0.2.128/25,  192.0.2.200,       true",
        "192.0.2.128/25,  192.0.2.100,       false",
        "192.0.2.1,       192.0.2.1,         true",
        "192.0.2.1,       192.0.2.2,         false",
        "0.0.0.0/0,       203.0.113.9,       true",
        "0.0.0.0/0,       2001:db8::1,       false",
        "2001:db8::/33,   2001:db8:7fff::1,  true",
        "2001:db8::/33,   2001:db8:8000::1,  false",
        "::1,             ::1,               true"
    })
    void knowsWhatIsInANetwork(String network, String address, boolean inside) throws IOException {
        assertThat(Cidr.parse(network).contains(InetAddress.getByName(address))).isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost", "proxy.example", "10.0.0.0/33", "10.0.0/8", "256.0.0.1", "::1/129", "10.0.0.0/-1",
                "10.0.0.0/", "fe80::1%lo", "face", "1.2.3.4.", "", ":", "1::2::3"
            })
    void neverLooksUpAName(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text));
    }

    @Test
    void namesEveryWrongProxyAndFile(@TempDir Path folder) throws IOException {
        Path cert = Files.writeString(folder.resolve("cert.pem"), "x");

        ConfigException failure = catchThrowableOfType(
                ConfigException.class,
                () -> HeadcountConfig.read(
                        Map.of(
                                "http",
                                Map.of(
                                        "trustedProxies", List.of("10.0.0.0/8", "balancer"),
                                        "tls", Map.of("certFile", cert.toString()))),
                        Map.of("HEADCOUNT_LIMITS_MAX_SOCKETS", "0")));

        assertThat(failure.problems())
                .hasSize(3)
                .anyMatch(problem -> problem.startsWith("http.trustedProxies = balancer"))
                .anyMatch(problem -> problem.startsWith("http.tls.keyFile"))
                .anyMatch(problem -> problem.startsWith("limits.maxSockets = 0"));
    }

    @Test
    void refusesATlsFileThatIsNotThere() {
        ConfigException failure = catchThrowableOfType(
                ConfigException.class,
                () -> HeadcountConfig.read(
                        Map.of("http", Map.of("tls", Map.of("certFile", "/none/c.pem", "keyFile", "/none/k.pem"))),
                        Map.of()));

        assertThat(failure.problems()).hasSize(2).allMatch(problem -> problem.contains("can read"));
    }
}
