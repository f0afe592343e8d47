package io.headcount.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys from a real HTTP server that changes them, refuses and goes away. */
class KeyRotationIT {
    private static final Signer FIRST = Signer.rs256("first");
    private static final Signer SECOND = Signer.es256("second");

    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer server;
    private volatile String keys = Signer.jwks(FIRST);
    private volatile int status = 200;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/jwks", exchange -> {
            asked.incrementAndGet();
            byte[] body = keys.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private TestAuth auth(Object... more) {
        Object[] settings = new Object[4 + more.length];
        settings[0] = "mode";
        settings[1] = "jwt";
        settings[2] = "keysUrl";
        settings[3] = "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks";
        System.arraycopy(more, 0, settings, 4, more.length);
        return new TestAuth(settings);
    }

    @Test
    void fetchesAKeyThatATokenNamesAndIsNotKnownYet() {
        try (TestAuth auth = auth("keysRetryMillis", 100)) {
            assertThat(auth.identify(FIRST.token("sub", "u1")).user()).isEqualTo("u1");
            keys = Signer.jwks(FIRST, SECOND);

            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(accepted(auth, SECOND.token("sub", "u2")))
                            .isTrue());

            assertThat(accepted(auth, FIRST.token("sub", "u1"))).isTrue();
            assertThat(auth.count("headcount.auth.keys.refreshes", "result", "changed"))
                    .isEqualTo(2);
        }
    }

    @Test
    void doesNotLetTokensOfUnknownKeysFloodTheServerOfKeys() {
        try (TestAuth auth = auth("keysRetryMillis", 60_000)) {
            for (int i = 0; i < 50; i++) {
                String token = FIRST.token(Map.of("kid", "unknown-" + i), "sub", "u1");
                assertThat(Rejection.of(auth.deny(token))).isEqualTo(Rejection.UNKNOWN_KEY);
            }

            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void forgetsTheVerdictsOfAKeyThatIsTakenAway() {
        try (TestAuth auth = auth("keysRefreshMillis", 1_000)) {
            String token = FIRST.token("sub", "u1");
            assertThat(accepted(auth, token)).isTrue();
            assertThat(accepted(auth, token)).as("from memory").isTrue();

            keys = Signer.jwks(SECOND);

            await().atMost(Duration.ofSeconds(5)).until(() -> !accepted(auth, token));
            assertThat(Rejection.of(auth.deny(token))).isEqualTo(Rejection.UNKNOWN_KEY);
            assertThat(accepted(auth, SECOND.token("sub", "u1"))).isTrue();
        }
    }

    @Test
    void keepsItsKeysWhenTheServerFailsAnswersNonsenseOrIsGone() {
        try (TestAuth auth = auth("keysRefreshMillis", 1_000)) {
            status = 500;
            awaitFailures(auth, 1);
            status = 200;
            keys = "{\"keys\":[]}";
            awaitFailures(auth, auth.count("headcount.auth.keys.refreshes", "result", "failed") + 1);
            server.stop(0);
            awaitFailures(auth, auth.count("headcount.auth.keys.refreshes", "result", "failed") + 1);

            assertThat(accepted(auth, FIRST.token("sub", "u1"))).isTrue();
            assertThat(auth.auth.missing()).isNull();
        }
    }

    @Test
    void startsWithoutKeysSaysSoAndTakesThemWhenTheyCome() {
        status = 503;
        try (TestAuth auth = auth("keysRetryMillis", 200)) {
            assertThat(auth.auth.missing()).contains("auth.keysUrl");
            Denial denial = auth.deny(FIRST.token("sub", "u1"));
            assertThat(denial.status()).isEqualTo(503);
            assertThat(denial.header()).isEqualTo("Retry-After");

            status = 200;

            await().atMost(Duration.ofSeconds(5)).until(() -> auth.auth.missing() == null);
            assertThat(accepted(auth, FIRST.token("sub", "u1"))).isTrue();
        }
    }

    @Test
    void refusesAnAnswerThatDoesNotEnd() {
        keys = "{\"keys\":[" + " ".repeat(400_000) + "]}";
        try (TestAuth auth = auth()) {
            assertThat(auth.auth.missing()).isNotNull();
            assertThat(auth.count("headcount.auth.keys.refreshes", "result", "failed"))
                    .isEqualTo(1);
        }
    }

    private static void awaitFailures(TestAuth auth, double atLeast) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> auth.count("headcount.auth.keys.refreshes", "result", "failed") >= atLeast);
    }

    private static boolean accepted(TestAuth auth, String token) {
        return TestAuth.await(auth.auth
                .identify(TestAuth.bearer(token), TestAuth.query(), "42")
                .map(true)
                .otherwise(false));
    }
}
