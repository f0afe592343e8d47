package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a node refuses, over TCP; the rules themselves are in {@link AdmissionTest}. */
class LimitsIT {
    private static final Pattern RETRY_AFTER = Pattern.compile("(?i)retry-after: (\\d+)\r\n");
    private static final String WATCH = "/v1/streams/s/watch?user=u";

    private final List<RawViewer> open = new ArrayList<>();
    private RunningGateway running;

    private void start(Object... settings) {
        running = new RunningGateway(settings);
    }

    @AfterEach
    void stop() {
        open.forEach(RawViewer::close);
        if (running != null) {
            running.close();
        }
    }

    /** The head of the answer to a handshake from an address of 127.0.0.0/8; who is let in stays. */
    private String knock(String from, String... headers) {
        RawViewer viewer = RawViewer.connectFrom(from, running.port);
        open.add(viewer);
        return viewer.send(RawViewer.request(WATCH, headers).getBytes(StandardCharsets.US_ASCII))
                .readHead();
    }

    private static String status(String head) {
        return head.substring("HTTP/1.1 ".length(), "HTTP/1.1 101".length());
    }

    private static int retryAfter(String head) {
        Matcher matcher = RETRY_AFTER.matcher(head);
        assertThat(matcher.find()).as(head).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private double limited(Limit limit) {
        return running.meters
                .get("headcount.gateway.limited")
                .tag("limit", limit.label())
                .counter()
                .count();
    }

    @Test
    void letsEachAddressHaveItsSockets() {
        start("limits.maxSocketsPerAddress", 2);
        assertThat(status(knock("127.0.0.1"))).isEqualTo("101");
        assertThat(status(knock("127.0.0.1"))).isEqualTo("101");

        String refused = knock("127.0.0.1");

        assertThat(status(refused)).isEqualTo("429");
        assertThat(retryAfter(refused)).isBetween(10, 20);
        assertThat(open.get(2).readAll())
                .as("the connection ends with the answer")
                .endsWith("}");
        assertThat(status(knock("127.0.0.2"))).isEqualTo("101");
        assertThat(limited(Limit.SOCKETS_PER_ADDRESS)).isEqualTo(1);
        open.get(0).close();
        await().until(() -> running.gateway.sockets() == 2);
        assertThat(status(knock("127.0.0.1"))).isEqualTo("101");
    }

    @Test
    void givesEveryPlaceBackHoweverAConnectionEnds() {
        start(
                "limits.maxSocketsPerAddress", 50,
                "streams.registration", "strict",
                "limits.handshakeTimeoutMillis", 500);
        for (String path : List.of("/v1/streams/known/watch?user=u", "/v1/streams/unreachable/watch?user=u", WATCH)) {
            for (int i = 0; i < 30; i++) {
                RawViewer viewer = RawViewer.connect(running.port);
                open.add(viewer);
                viewer.send(RawViewer.request(path).getBytes(StandardCharsets.US_ASCII));
                switch (i % 3) {
                    case 0 -> viewer.reset();
                    case 1 -> viewer.readHead();
                    default -> viewer.sendClose(1000);
                }
            }
        }
        open.forEach(RawViewer::close);

        await().until(() -> running.gateway.sockets() == 0);
        await().untilAsserted(() -> assertThat(running.meters
                        .get("headcount.gateway.addresses")
                        .gauge()
                        .value())
                .isZero());
        assertThat(limited(Limit.SOCKETS_PER_ADDRESS))
                .as("places never ran out")
                .isZero();
    }

    @Test
    void refusesAnAddressThatComesTooOften() {
        start("limits.maxHandshakesPerSecondPerAddress", 5);
        List<String> statuses = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            statuses.add(status(knock("127.0.0.1")));
        }

        assertThat(statuses.subList(0, 10)).containsOnly("101");
        assertThat(statuses).contains("429");
        assertThat(status(knock("127.0.0.2"))).isEqualTo("101");
        assertThat(limited(Limit.HANDSHAKES_PER_ADDRESS)).isPositive();
    }

    @Test
    void believesXForwardedForOfItsProxiesOnly() {
        start("limits.maxSocketsPerAddress", 1, "http.trustedProxies", List.of("127.0.0.9", "10.0.0.0/8"));

        assertThat(status(knock("127.0.0.9", "X-Forwarded-For: 198.51.100.1"))).isEqualTo("101");
        assertThat(status(knock("127.0.0.9", "X-Forwarded-For: 198.51.100.2, 10.0.0.1")))
                .isEqualTo("101");
        assertThat(status(knock("127.0.0.9", "X-Forwarded-For: 192.0.2.5, 198.51.100.1")))
                .as("what the client made up stands on the left")
                .isEqualTo("429");
        assertThat(status(knock("127.0.0.9", "X-Forwarded-For: 192.0.2.6", "X-Forwarded-For: 198.51.100.2")))
                .isEqualTo("429");
        assertThat(status(knock("127.0.0.1", "X-Forwarded-For: 198.51.100.3"))).isEqualTo("101");
        assertThat(status(knock("127.0.0.1", "X-Forwarded-For: 198.51.100.4"))).isEqualTo("429");
    }

    @Test
    void spreadsAStormAndThoseConnectedFeelNothing() {
        start("limits.maxHandshakesPerSecond", 50);
        RawViewer connected = running.connect("/v1/streams/other/watch?user=first");
        connected.readText();
        List<Integer> seconds = new ArrayList<>();
        long slowestPongNanos = 0;
        long began = System.nanoTime();
        for (int i = 0; i < 600; i++) {
            String answer = knock("127.0.0.1");
            if (status(answer).equals("503")) {
                seconds.add(retryAfter(answer));
            }
            if (i % 20 == 0) {
                long asked = System.nanoTime();
                connected.send(RawViewer.PING, new byte[] {1});
                while (connected.read().first() != RawViewer.PONG) {
                    // Counts of the own stream may come between.
                }
                slowestPongNanos = Math.max(slowestPongNanos, System.nanoTime() - asked);
            }
        }
        long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);

        int admitted = 600 - seconds.size();
        assertThat(admitted).isBetween(49, 51 + (int) (tookMillis / 20));
        assertThat(seconds.stream().distinct().count()).isGreaterThanOrEqualTo(5);
        assertThat(seconds).allMatch(retry -> retry >= 1 && retry <= Admission.MOST_RETRY_SECONDS);
        assertThat(slowestPongNanos).isLessThan(TimeUnit.SECONDS.toNanos(3));
        assertThat(running.gateway.sockets()).isEqualTo(admitted + 1);
        connected.close();
    }

    @Test
    void letsNewcomersDriveOutThoseWhoOnlyHoldAConnection() {
        start("limits.maxUnfinishedConnections", 32);
        for (int i = 0; i < 200; i++) {
            open.add(RawViewer.connect(running.port));
        }

        assertThat(status(knock("127.0.0.1"))).isEqualTo("101");
        await().until(() -> limited(Limit.UNFINISHED_CONNECTIONS) >= 200 - 32);
        assertThat(status(knock("127.0.0.1"))).isEqualTo("101");
    }

    static Stream<Arguments> offences() {
        byte[] bad = RawViewer.frame(RawViewer.TEXT, "no".getBytes(StandardCharsets.US_ASCII));
        return Stream.of(
                Arguments.of(Limit.MESSAGES, 1008, RawViewer.frame(RawViewer.PONG, new byte[0]), 250),
                Arguments.of(Limit.BAD_MESSAGES, 1008, bad, 3),
                Arguments.of(Limit.MESSAGE_BYTES, 1009, RawViewer.frame(RawViewer.TEXT, new byte[1_025]), 1));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("offences")
    void metersWhatItCloses(Limit limit, int code, byte[] frame, int times) {
        start();
        try (RawViewer viewer = running.connect(WATCH)) {
            for (int i = 0; i < times; i++) {
                viewer.send(frame);
            }

            assertThat(viewer.readCloseCode()).isEqualTo(code);
            assertThat(limited(limit)).isEqualTo(1);
        }
    }
}
