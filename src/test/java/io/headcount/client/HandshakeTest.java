package io.headcount.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class HandshakeTest {
    /** The example of RFC 6455, 1.3. */
    private final Handshake handshake = new Handshake("dGhlIHNhbXBsZSBub25jZQ==");

    @Test
    void readsAnAnswerAndLeavesTheFramesBehindIt() throws FrameException {
        ByteBuf bytes = bytes(
                "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nrest");

        assertThat(handshake.read(bytes)).isEqualTo(new Handshake.Answer(101, -1));
        assertThat(bytes.toString(StandardCharsets.US_ASCII)).isEqualTo("rest");
    }

    @Test
    void waitsForTheWholeAnswer() throws FrameException {
        assertThat(handshake.read(bytes("HTTP/1.1 503 x\r\nRetry-After: 7\r\n")))
                .isNull();
        assertThat(handshake.read(bytes("HTTP/1.1 503 x\r\nRetry-After: 7\r\n\r\n")))
                .isEqualTo(new Handshake.Answer(503, 7));
    }

    @Test
    void refusesWhatIsNoAnswerToItsKey() {
        for (String text : new String[] {
            "HTTP/1.1 101 x\r\nSec-WebSocket-Accept: somethingElse\r\n\r\n",
            "HTTP/1.1 101 x\r\n\r\n",
            "SSH-2.0\r\n\r\n",
            "x".repeat(Handshake.MAX_RESPONSE_BYTES + 1)
        }) {
            assertThatThrownBy(() -> handshake.read(bytes(text))).isInstanceOf(FrameException.class);
        }
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }
}
