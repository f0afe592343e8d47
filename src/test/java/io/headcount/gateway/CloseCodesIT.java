package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.model.EndCause;
import io.netty.channel.epoll.Epoll;
import io.vertx.core.VertxOptions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CloseCodesIT {
    private RunningGateway running;

    @BeforeAll
    void start() {
        // The other tests run on NIO; this one shows that the native transport closes as well.
        running = new RunningGateway(new VertxOptions().setPreferNativeTransport(true));
        assertThat(running.vertx.isNativeTransportEnabled()).isEqualTo(Epoll.isAvailable());
    }

    @AfterAll
    void stop() {
        running.close();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] together(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static Arguments closes(int code, String why, byte[]... parts) {
        return Arguments.of(code, why, together(parts));
    }

    static Stream<Arguments> offences() {
        byte[] half = RawViewer.frame(0x01, new byte[600]);
        byte[] otherHalf = RawViewer.frame(0x80, new byte[600]);
        byte[] unknown = RawViewer.frame(0x81, text("{\"type\":\"hello\"}"));
        byte[] malformed = RawViewer.frame(0x81, text("ping"));
        return Stream.of(
                closes(1002, "an unmasked frame", bytes(0x81, 0x01, 'x')),
                closes(1002, "a reserved bit", RawViewer.frame(0xC1, text("x"))),
                closes(1002, "an unknown opcode", RawViewer.frame(0x83, text("x"))),
                closes(1002, "an unknown control opcode", RawViewer.frame(0x8B, text(""))),
                closes(1002, "a fragmented ping", RawViewer.frame(0x09, text(""))),
                closes(1002, "a ping of 126 bytes", RawViewer.frame(0x89, new byte[126])),
                closes(1002, "a continuation of nothing", RawViewer.frame(0x80, text("x"))),
                closes(1002, "a text in a text", half, RawViewer.frame(0x81, text("x"))),
                closes(1002, "a length that is not the shortest", bytes(0x81, 0xFE, 0, 5, 1, 2, 3, 4)),
                closes(1002, "a close of one byte", RawViewer.frame(0x88, bytes(3))),
                closes(1002, "a close code that is for nobody to send", RawViewer.frame(0x88, bytes(0x03, 0xED))),
                closes(1002, "a close code below 1000", RawViewer.frame(0x88, bytes(0, 1))),
                closes(1003, "a binary message", RawViewer.frame(0x82, bytes(1))),
                closes(1007, "bad UTF-8", RawViewer.frame(0x81, bytes('{', 0xC0, 0xAF))),
                closes(1007, "UTF-8 that is cut off", RawViewer.frame(0x81, bytes(0xE2, 0x82))),
                closes(1007, "bad UTF-8 in a close", RawViewer.frame(0x88, bytes(0x03, 0xE8, 0xFF))),
                closes(1008, "three unknown or malformed messages", unknown, malformed, unknown),
                closes(1009, "a message over 1 KiB", RawViewer.frame(0x81, new byte[1_025])),
                closes(1009, "a huge length alone", bytes(0x81, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0)),
                closes(1009, "fragments over 1 KiB together", half, otherHalf));
    }

    @ParameterizedTest(name = "{0} for {1}")
    @MethodSource("offences")
    void closesWith(int code, String why, byte[] sent) {
        int endsBefore = running.counter.ends().size();
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u")) {
            viewer.readText();

            assertThat(viewer.send(sent).readCloseCode()).isEqualTo(code);

            EndCause cause = code == 1008 ? EndCause.REFUSED : EndCause.ERROR;
            await().untilAsserted(() ->
                    assertThat(running.counter.ends()).hasSize(endsBefore + 1).endsWith(cause));
            // The server ends the connection even though we never answer its Close.
            assertThat(viewer.read()).isNull();
        }
    }

    @Test
    void closesAFloodOfPings() {
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u")) {
            byte[] ping = RawViewer.frame(0x89, text(""));
            byte[][] pings = new byte[250][];
            Arrays.fill(pings, ping);

            assertThat(viewer.send(together(pings)).readCloseCode()).isEqualTo(1008);
        }
    }

    @Test
    void understandsFragmentsAndPingsBetweenThemByteByByte() {
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u")) {
            viewer.readText();
            byte[] sent = together(
                    RawViewer.frame(0x01, text("{\"type\":")),
                    RawViewer.frame(0x89, text("between")),
                    RawViewer.frame(0x00, text("")),
                    RawViewer.frame(0x80, text("\"ping\", \"note\":\"\uD83D\uDC4B\"}")));

            for (byte b : sent) {
                viewer.send(new byte[] {b});
            }

            assertThat(viewer.read().text()).isEqualTo("between");
            assertThat(viewer.readText()).contains("pong");
        }
    }
}
