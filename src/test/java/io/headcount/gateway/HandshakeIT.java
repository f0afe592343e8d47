package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HandshakeIT {
    private static final String GOOD = RawViewer.request("/v1/streams/s/watch?user=u");
    private RunningGateway running;

    @BeforeAll
    void start() {
        running = new RunningGateway(
                "websocket.allowedOrigins", List.of("https://tv.example"), "limits.handshakeTimeoutMillis", 1_500);
    }

    @AfterAll
    void stop() {
        running.close();
    }

    private String answer(RunningGateway gateway, String request) {
        try (RawViewer viewer = RawViewer.connect(gateway.port)) {
            return viewer.send(request.getBytes(StandardCharsets.ISO_8859_1)).readHead();
        }
    }

    private static Arguments refused(int status, String why, String request) {
        return Arguments.of(status, why, request);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refused(400, "no Host", GOOD.replace("Host: 127.0.0.1\r\n", "")),
                refused(400, "two Hosts", GOOD.replace("Host: 127.0.0.1\r\n", "Host: a\r\nHost: b\r\n")),
                refused(400, "no key", GOOD.replaceFirst("Sec-WebSocket-Key: [^\r]*\r\n", "")),
                refused(400, "a short key", GOOD.replaceFirst("Key: [^\r]*\r\n", "Key: c2hvcnQ=\r\n")),
                refused(400, "a key that is not Base64", GOOD.replaceFirst("Key: d", "Key: *")),
                refused(400, "a bad stream id", GOOD.replace("/s/", "/a%20b/")),
                refused(400, "a stream id with a brace", GOOD.replace("/s/", "/%7Bs%7D/")),
                refused(400, "an empty stream id", GOOD.replace("/s/", "//")),
                refused(400, "no stream id", GOOD.replace("/s/", "/")),
                refused(400, "a stream id of 65 characters", GOOD.replace("/s/", "/" + "x".repeat(65) + "/")),
                refused(400, "no user", GOOD.replace("?user=u", "")),
                refused(400, "an empty user", GOOD.replace("?user=u", "?user=")),
                refused(400, "a bad user", GOOD.replace("?user=u", "?user=a:b")),
                refused(400, "two users", GOOD.replace("?user=u", "?user=a&user=b")),
                refused(400, "a broken query", GOOD.replace("?user=u", "?user=%zz")),
                refused(400, "a body", GOOD.replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\nhi")),
                refused(400, "HTTP/1.0", GOOD.replace("HTTP/1.1", "HTTP/1.0")),
                refused(400, "no HTTP", "hello\r\n\r\n"),
                refused(400, "a stream id with NUL", GOOD.replace("/s/", "/s%00/")),
                refused(400, "a stream id with CRLF", GOOD.replace("/s/", "/s%0d%0aX:%20y/")),
                refused(400, "a stream id with a colon", GOOD.replace("/s/", "/s:t/")),
                refused(400, "a stream id with a star", GOOD.replace("/s/", "/*/")),
                refused(400, "a stream id of SQL", GOOD.replace("/s/", "/'%20OR%20'1'='1/")),
                refused(400, "a stream id of a path", GOOD.replace("/s/", "/..%2F..%2Fetc/")),
                refused(400, "a stream id in Korean", GOOD.replace("/s/", "/%ED%95%9C/")),
                refused(400, "a stream id with a raw high byte", GOOD.replace("/s/", "/\u00e9/")),
                refused(400, "a user with a brace", GOOD.replace("?user=u", "?user=%7Bu%7D")),
                refused(400, "a user with NUL", GOOD.replace("?user=u", "?user=u%00")),
                refused(400, "a user with CRLF", GOOD.replace("?user=u", "?user=u%0d%0a")),
                refused(400, "a user of SQL", GOOD.replace("?user=u", "?user=';DROP%20TABLE%20users;--")),
                refused(400, "a user of 65 characters", GOOD.replace("?user=u", "?user=" + "u".repeat(65))),
                refused(400, "an empty Host", GOOD.replace("Host: 127.0.0.1", "Host: ")),
                refused(400, "two keys", with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")),
                refused(400, "a chunked body", with("Transfer-Encoding: chunked")),
                refused(400, "NUL in a header", with("X: a\0b")),
                refused(400, "a header without a colon", with("nonsense")),
                refused(400, "a header with a blank in its name", with("X Y: z")),
                refused(400, "HTTP/2.0", GOOD.replace("HTTP/1.1", "HTTP/2.0")),
                refused(400, "HTTP/9.9", GOOD.replace("HTTP/1.1", "HTTP/9.9")),
                refused(400, "HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                refused(400, "a TLS hello", "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"),
                refused(400, "bytes", "\u0000\u00ff\u00fe\u0001 \u0080 \u0081\r\n\r\n"),
                refused(400, "no Host for the API", "GET /v1/viewers HTTP/1.1\r\n\r\n"),
                refused(403, "a foreign origin", with("Origin: https://evil.example")),
                refused(403, "no origin's name", with("Origin: null")),
                refused(403, "two origins", with("Origin: https://tv.example", "Origin: https://evil.example")),
                refused(403, "an origin that begins like ours", with("Origin: http://127.0.0.1.evil.example")),
                refused(403, "an origin with our name as user", with("Origin: http://127.0.0.1@evil.example")),
                refused(405, "another method", GOOD.replace("GET", "POST")),
                refused(405, "HEAD", GOOD.replace("GET", "HEAD")),
                refused(405, "a made-up method", GOOD.replace("GET", "BREW")),
                refused(414, "a URI over 4 KiB", GOOD.replace("user=u", "user=u&x=" + "y".repeat(4_096))),
                refused(414, "a URI far over 4 KiB", GOOD.replace("user=u", "user=u&x=" + "y".repeat(20_000))),
                refused(426, "no upgrade", GOOD.replace("Upgrade: websocket\r\n", "")),
                refused(426, "no Connection: Upgrade", GOOD.replace("Connection: Upgrade\r\n", "")),
                refused(426, "another version", GOOD.replace("Version: 13", "Version: 8")),
                refused(426, "no version", GOOD.replaceFirst("Sec-WebSocket-Version: 13\r\n", "")),
                refused(414, "a URI without an end", "GET /" + "y".repeat(200_000)),
                refused(426, "two versions", with("Sec-WebSocket-Version: 8")),
                refused(431, "headers over 8 KiB", with("X: " + "y".repeat(9_000))),
                refused(431, "many small headers", with("X: y\r\n".repeat(3_000) + "Z: z")),
                refused(431, "headers without an end", GOOD.stripTrailing() + "\r\n" + "X: y\r\n".repeat(30_000)));
    }

    private static String with(String... lines) {
        return RawViewer.request("/v1/streams/s/watch?user=u", lines);
    }

    @ParameterizedTest(name = "{0} for {1}")
    @MethodSource("refusals")
    void refuses(int status, String why, String request) {
        String head = answer(running, request);

        assertThat(head)
                .startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("content-type: application/problem+json");
        if (status == 426) {
            assertThat(head).containsIgnoringCase("sec-websocket-version: 13");
        }
        if (status == 405) {
            assertThat(head).containsIgnoringCase("allow: GET");
        }
        await().untilAsserted(() -> assertThat(running.gateway.sockets()).isZero());
    }

    /** Where the client goes on sending, a server that closes at once takes its answer away with a reset. */
    @ParameterizedTest
    @MethodSource("endless")
    void bringsItsAnswerToAClientThatGoesOnSending(int status, String begin, String more) throws Exception {
        try (RawViewer viewer = RawViewer.connect(running.port)) {
            viewer.send(begin.getBytes(StandardCharsets.ISO_8859_1));
            for (int i = 0; i < 20; i++) {
                viewer.send(more.getBytes(StandardCharsets.ISO_8859_1));
                TimeUnit.MILLISECONDS.sleep(10);
            }

            assertThat(viewer.readAll())
                    .startsWith("HTTP/1.1 " + status + " ")
                    .containsIgnoringCase("connection: close")
                    .endsWith("}");
        }
    }

    static Stream<Arguments> endless() {
        return Stream.of(
                Arguments.of(400, "hello\r\n\r\n", "hello\r\n\r\n"),
                Arguments.of(414, "GET /", "y".repeat(10_000)),
                Arguments.of(431, GOOD.stripTrailing() + "\r\n", "X: " + "y".repeat(4_000) + "\r\n"));
    }

    static Stream<String> accepted() {
        return Stream.of(
                GOOD,
                with("Origin: http://127.0.0.1"),
                with("Origin: https://TV.example"),
                GOOD.replace("Connection: Upgrade", "Connection: keep-alive, Upgrade"),
                GOOD.replace("Upgrade: websocket", "Upgrade: WebSocket"),
                with("Sec-WebSocket-Extensions: permessage-deflate"),
                with("Content-Length: 0"));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void accepts(String request) {
        String head = answer(running, request);

        assertThat(head)
                .startsWith("HTTP/1.1 101 ")
                .contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                .doesNotContainIgnoringCase("extensions")
                .doesNotContainIgnoringCase("protocol:");
        await().untilAsserted(() -> assertThat(running.gateway.sockets()).isZero());
    }

    @Test
    void echoesTheSubprotocolAlone() {
        assertThat(answer(running, with("Sec-WebSocket-Protocol: bearer.abc, headcount.v1")))
                .containsIgnoringCase("sec-websocket-protocol: headcount.v1\r\n");
    }

    @Test
    void keepsFramesThatCameTooEarly() {
        try (RawViewer viewer = RawViewer.connect(running.port)) {
            byte[] head = GOOD.getBytes(StandardCharsets.US_ASCII);
            byte[] frame = RawViewer.frame(RawViewer.PING, new byte[] {42});
            byte[] both = new byte[head.length + frame.length];
            System.arraycopy(head, 0, both, 0, head.length);
            System.arraycopy(frame, 0, both, head.length, frame.length);

            assertThat(viewer.send(both).readHead()).startsWith("HTTP/1.1 101 ");

            assertThat(viewer.read().payload()).containsExactly(42);
            assertThat(viewer.readText()).contains("welcome");
        }
    }

    @Test
    void handsEverythingElseToTheRouterOnTheSameConnection() {
        try (RawViewer viewer = RawViewer.connect(running.port)) {
            viewer.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(viewer.readHead()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void closesAConnectionWithoutACompleteHandshake() {
        long began = System.nanoTime();
        try (RawViewer silent = RawViewer.connect(running.port);
                RawViewer slow = RawViewer.connect(running.port)) {
            for (int i = 0; i < 5; i++) {
                slow.send(new byte[] {(byte) GOOD.charAt(i)});
            }

            assertThat(silent.readAll()).isEmpty();
            assertThat(slow.readAll()).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void keepsAViewerPastTheHandshakesTime() throws Exception {
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u")) {
            viewer.readText();
            TimeUnit.MILLISECONDS.sleep(4_000);
            viewer.sendText("{\"type\":\"ping\"}");
            // Counts of a stream without an owner become degraded meanwhile; the pong comes after.
            String text = viewer.readText();
            assertThat(text.contains("count") ? viewer.readText() : text).contains("pong");
        }
    }

    @Test
    void refusesMoreSocketsThanItMayHaveAndUnknownStreams() {
        try (RunningGateway strict = new RunningGateway("limits.maxSockets", 2, "streams.registration", "strict")) {
            assertThat(answer(strict, GOOD)).startsWith("HTTP/1.1 404 ");
            assertThat(answer(strict, GOOD.replace("/s/", "/unreachable/")))
                    .startsWith("HTTP/1.1 503 ")
                    .containsIgnoringCase("retry-after: 5");
            RawViewer one = strict.connect("/v1/streams/known/watch?user=u1");
            RawViewer two = strict.connect("/v1/streams/known/watch?user=u2");

            assertThat(answer(strict, GOOD.replace("/s/", "/known/")))
                    .startsWith("HTTP/1.1 503 ")
                    .containsPattern("(?i)retry-after: ([5-9]|10)\r\n");
            one.close();
            await().until(() -> strict.gateway.sockets() == 1);
            strict.connect("/v1/streams/known/watch?user=u3").close();
            two.close();
        }
    }
}
