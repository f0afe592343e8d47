package io.headcount.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadcountConfigTest {
    @Test
    void takesDefaultsForWhatIsNotSaid() throws ConfigException {
        HeadcountConfig config = HeadcountConfig.read(Map.of(), Map.of());

        assertThat(config.http().port()).isEqualTo(8080);
        assertThat(config.management().port()).isEqualTo(8081);
        assertThat(config.roles()).containsExactly(Role.values());
        assertThat(config.books().historyMillis()).isEqualTo(300_000);
    }

    @Test
    void letsTheEnvironmentWin() throws ConfigException {
        HeadcountConfig config = HeadcountConfig.read(
                Map.of("http", Map.of("port", 9000)),
                Map.of(
                        "HEADCOUNT_HTTP_PORT", "9100",
                        "HEADCOUNT_AUTH_ADMIN_TOKEN", "0123456789abcdef",
                        "HEADCOUNT_REDIS_ENDPOINTS", "127.0.0.1:1, 127.0.0.1:2",
                        "HEADCOUNT_ROLES", "gateway,api"));

        assertThat(config.http().port()).isEqualTo(9100);
        assertThat(config.auth().adminToken()).isEqualTo("0123456789abcdef");
        assertThat(config.redis().endpoints()).containsExactly("127.0.0.1:1", "127.0.0.1:2");
        assertThat(config.roles()).containsExactly(Role.GATEWAY, Role.API);
    }

    @Test
    void reportsAllProblemsAtOnceWithKeyValueAndRange() {
        ConfigException failure = failure(
                Map.of(
                        "http", Map.of("port", 70_000),
                        "redis", Map.of("endpoints", List.of("nowhere")),
                        "push", Map.of("intervalMilis", 5)),
                Map.of("HEADCOUNT_MYSQL_PORT", "many"));

        assertThat(failure.problems())
                .containsExactlyInAnyOrder(
                        "http.port = 70000: must be a whole number from 1 to 65535",
                        "redis.endpoints = nowhere: must be a list of host:port",
                        "mysql.port = many: must be a whole number from 1 to 65535 (from HEADCOUNT_MYSQL_PORT)",
                        "push.intervalMilis = 5: unknown key; the keys are listed in conf/headcount.yaml");
    }

    @Test
    void refusesOpenIdentityBeyondLoopback() {
        ConfigException failure = failure(Map.of("http", Map.of("host", "0.0.0.0")), Map.of());

        assertThat(failure.problems()).singleElement().asString().contains("auth.mode", "loopback");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.168.0.1", "127.evil.example", "localhost.example"})
    void refusesOpenIdentityOnWhateverIsNotLoopback(String host) {
        assertThat(failure(Map.of("http", Map.of("host", host)), Map.of()).problems())
                .singleElement()
                .asString()
                .contains("auth.mode", "loopback");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "127.1.2.3", "::1"})
    void takesOpenIdentityOnLoopback(String host) throws ConfigException {
        HeadcountConfig config = HeadcountConfig.read(Map.of("http", Map.of("host", host)), Map.of());

        assertThat(config.auth().mode()).isEqualTo(AuthConfig.Mode.OPEN);
    }

    @Test
    void refusesTokensThatNothingCouldCheckAndCookiesThatNobodyCouldKeep() {
        assertThat(failure(Map.of("auth", Map.of("mode", "jwt")), Map.of()).problems())
                .singleElement()
                .asString()
                .contains("auth.keysFile", "auth.keysUrl", "auth.secret");
        assertThat(failure(Map.of("auth", Map.of("mode", "jwt", "anonymous", true)), Map.of())
                        .problems())
                .singleElement()
                .asString()
                .contains("auth.cookieKeys");
        assertThat(failure(
                                Map.of("auth", Map.of("cookieSameSite", "none", "keysUrl", "http://keys.example/")),
                                Map.of())
                        .problems())
                .hasSize(2);
    }

    @Test
    void doesNotPrintKeys() {
        ConfigException failure =
                failure(Map.of("auth", Map.of("secret", "hunter2", "cookieKeys", List.of("hunter3"))), Map.of());

        assertThat(failure.problems()).hasSize(2).noneMatch(problem -> problem.contains("hunter"));
    }

    @Test
    void doesNotPrintSecrets() {
        ConfigException failure = failure(Map.of("auth", Map.of("adminToken", "hunter2")), Map.of());

        assertThat(failure.problems()).singleElement().asString().doesNotContain("hunter2");
    }

    @Test
    void warnsOfEnvironmentThatIsNoKey() throws ConfigException {
        HeadcountConfig config = HeadcountConfig.read(Map.of(), Map.of("HEADCOUNT_HTTP_PROT", "1"));

        assertThat(config.warnings()).singleElement().asString().contains("HEADCOUNT_HTTP_PROT");
    }

    private static ConfigException failure(Map<String, ?> tree, Map<String, String> environment) {
        return catchThrowableOfType(ConfigException.class, () -> HeadcountConfig.read(tree, environment));
    }
}
