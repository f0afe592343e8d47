package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.auth.Signer;
import io.headcount.model.EndCause;
import io.headcount.model.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens and devices at a real server, by real sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IdentityIT {
    private static final Signer SIGNER = Signer.hs256();
    private static final String WATCH = "/v1/streams/s/watch";
    private static final Pattern COOKIE = Pattern.compile("(?i)set-cookie: (headcount_device=[^;]+);");

    private static final Signer SLOW_SIGNER = Signer.es256("ec-1");

    private RunningGateway tokens;
    private RunningGateway devices;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path keys = Files.writeString(folder.resolve("jwks.json"), Signer.jwks(SLOW_SIGNER));
        tokens = new RunningGateway(
                "auth.mode",
                "jwt",
                "auth.secret",
                Signer.SECRET,
                "auth.keysFile",
                keys.toString(),
                "auth.leewayMillis",
                0,
                "auth.expiryGraceMillis",
                1_000);
        devices = new RunningGateway(
                "auth.mode", "jwt", "auth.anonymous", true, "auth.cookieKeys", "0123456789abcdef0123456789abcdef");
    }

    @AfterAll
    void stop() {
        tokens.close();
        devices.close();
    }

    private static String token(Object... more) {
        Object[] claims = new Object[4 + more.length];
        claims[0] = "sub";
        claims[1] = "u1";
        claims[2] = "exp";
        claims[3] = Instant.now().getEpochSecond() + 600;
        System.arraycopy(more, 0, claims, 4, more.length);
        return SIGNER.token(claims);
    }

    private static String request(String path, String... lines) {
        return RawViewer.request(path, lines);
    }

    private static RawViewer open(RunningGateway gateway, String request) {
        return RawViewer.connect(gateway.port).send(request.getBytes(StandardCharsets.US_ASCII));
    }

    private static Session onlySession(RunningGateway gateway) {
        await().until(() -> gateway.counter.open.size() == 1);
        return gateway.counter.open.values().iterator().next();
    }

    private static void awaitNobody(RunningGateway gateway) {
        await().until(() -> gateway.counter.open.isEmpty() && gateway.gateway.sockets() == 0);
    }

    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of("header", request(WATCH, "Authorization: Bearer " + token())),
                Arguments.of("subprotocol", request(WATCH, "Sec-WebSocket-Protocol: headcount.v1, bearer." + token())),
                Arguments.of("query", request(WATCH + "?token=" + token())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void letsInWhoeverATokenNames(String way, String request) {
        try (RawViewer viewer = open(tokens, request)) {
            String head = viewer.readHead();

            assertThat(head)
                    .startsWith("HTTP/1.1 101 ")
                    .doesNotContain("bearer")
                    .doesNotContain("eyJ");
            if (way.equals("subprotocol")) {
                assertThat(head).containsIgnoringCase("sec-websocket-protocol: headcount.v1\r\n");
            }
            assertThat(viewer.readText()).contains("welcome");
            assertThat(onlySession(tokens).user()).isEqualTo("u1");
        }
        awaitNobody(tokens);
    }

    @Test
    void letsManyInWhoseSignaturesAreCheckedOnOtherThreads() {
        List<RawViewer> viewers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            viewers.add(open(tokens, request(WATCH + "?token=" + SLOW_SIGNER.token("sub", "slow-" + i))));
        }

        for (RawViewer viewer : viewers) {
            assertThat(viewer.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(viewer.readText()).contains("welcome");
        }

        assertThat(tokens.counter.open.values())
                .extracting(Session::user)
                .doesNotHaveDuplicates()
                .hasSize(50);
        viewers.forEach(RawViewer::close);
        awaitNobody(tokens);
    }

    static Stream<Arguments> refusals() {
        String good = token();
        return Stream.of(
                Arguments.of(401, "no token", request(WATCH)),
                Arguments.of(401, "a name alone", request(WATCH + "?user=u1")),
                Arguments.of(401, "garbage", request(WATCH + "?token=abc")),
                Arguments.of(
                        401, "no signature", request(WATCH + "?token=" + good.substring(0, good.lastIndexOf('.') + 1))),
                Arguments.of(401, "an old token", request(WATCH + "?token=" + SIGNER.token("sub", "u1", "exp", 1_000))),
                Arguments.of(
                        401,
                        "another secret",
                        request(WATCH + "?token="
                                + Signer.hs256("another secret of thirty-two bytes")
                                        .token("sub", "u1"))),
                Arguments.of(400, "two tokens", request(WATCH + "?token=" + good + "&token=" + good)),
                Arguments.of(403, "another stream's", request(WATCH + "?token=" + token("stream", "other"))));
    }

    @ParameterizedTest(name = "{0} for {1}")
    @MethodSource("refusals")
    void refuses(int status, String why, String request) {
        try (RawViewer viewer = open(tokens, request)) {
            String answer = viewer.readAll();

            assertThat(answer)
                    .startsWith("HTTP/1.1 " + status + " ")
                    .containsIgnoringCase("content-type: application/problem+json")
                    .contains("\"status\":" + status)
                    .doesNotContain("eyJ");
            if (status == 401) {
                assertThat(answer).containsIgnoringCase("www-authenticate: Bearer");
            }
        }
        await().untilAsserted(() -> assertThat(tokens.gateway.sockets()).isZero());
    }

    @Test
    void closesWithAnOwnCodeWhenTheTokenEndsAndTheGraceIsOver() {
        long exp = Instant.now().getEpochSecond() + 2;
        try (RawViewer viewer = open(tokens, request(WATCH + "?token=" + SIGNER.token("sub", "u1", "exp", exp)))) {
            assertThat(viewer.readHead()).startsWith("HTTP/1.1 101 ");
            tokens.counter.events.clear();

            assertThat(viewer.readCloseCode()).isEqualTo(4401);

            assertThat(System.currentTimeMillis()).isBetween(exp * 1000 + 1_000, exp * 1000 + 5_000);
            await().until(() -> tokens.counter.ends().contains(EndCause.REFUSED));
        }
        awaitNobody(tokens);
    }

    @Test
    void knowsABrowserByTheCookieThatCameWithItsFirstSocket() {
        try (RawViewer first = open(devices, request(WATCH))) {
            String head = first.readHead();
            assertThat(head).startsWith("HTTP/1.1 101 ").contains("HttpOnly").contains("SameSite=Lax");
            String cookie = cookie(head);
            String user = onlySession(devices).user();

            try (RawViewer second = open(devices, request(WATCH, "Cookie: " + cookie))) {
                assertThat(second.readHead()).startsWith("HTTP/1.1 101 ").doesNotContainIgnoringCase("set-cookie");
                await().until(() -> devices.counter.open.size() == 2);

                assertThat(devices.counter.open.values())
                        .extracting(Session::user)
                        .containsOnly(user);
            }
        }
        awaitNobody(devices);
    }

    @Test
    void givesTheCookieWithThePageAndLetsNoCacheKeepIt() {
        String page;
        try (RawViewer browser = open(devices, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) {
            page = browser.readAll();
        }

        assertThat(page)
                .containsIgnoringCase("headcount-identity: device")
                .containsIgnoringCase("cache-control: private, no-store");
        try (RawViewer viewer = open(devices, request(WATCH, "Cookie: " + cookie(page)))) {
            assertThat(viewer.readHead()).startsWith("HTTP/1.1 101 ").doesNotContainIgnoringCase("set-cookie");
            assertThat(cookie(page)).contains(onlySession(devices).user().substring("anon-".length()));
        }
        awaitNobody(devices);
    }

    private static String cookie(String head) {
        Matcher cookie = COOKIE.matcher(head);
        assertThat(cookie.find()).as(head).isTrue();
        return cookie.group(1);
    }
}
