package io.headcount.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.Mode;
import io.headcount.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class MessageScanTest {
    @Test
    void findsTheNumbersOfAWelcome() {
        ByteBuf text = text(new ServerMessage.Welcome("abc-_9", "viewers", 8_501, 1_764_000_000_000L, Mode.EXACT));

        assertThat((char) MessageScan.type(text)).isEqualTo('w');
        assertThat(MessageScan.session(text)).isEqualTo("abc-_9");
        assertThat(MessageScan.viewers(text)).isEqualTo(8_501);
        assertThat(MessageScan.exact(text)).isTrue();
    }

    @Test
    void tellsADegradedCountFromAnExactOne() {
        ByteBuf text = text(new ServerMessage.CountUpdate("exact", 0, 1, Mode.DEGRADED));

        assertThat((char) MessageScan.type(text)).isEqualTo('c');
        assertThat(MessageScan.viewers(text)).isZero();
        assertThat(MessageScan.exact(text)).isFalse();
    }

    @Test
    void readsFromTheMiddleOfABuffer() {
        ByteBuf text =
                Unpooled.copiedBuffer("\"viewers\":7 {\"type\":\"count\",\"viewers\":12}", StandardCharsets.US_ASCII);
        text.skipBytes(12);

        assertThat(MessageScan.viewers(text)).isEqualTo(12);
    }

    @Test
    void findsNothingInSomethingElse() {
        for (String other : new String[] {"", "{}", "\"typ", "{\"type\":\"", "{\"viewers\":-1}", "{\"viewers\":"}) {
            ByteBuf text = Unpooled.copiedBuffer(other, StandardCharsets.US_ASCII);

            assertThat(MessageScan.type(text)).as(other).isEqualTo(MessageScan.UNKNOWN);
            assertThat(MessageScan.viewers(text)).as(other).isEqualTo(-1);
            assertThat(MessageScan.session(text)).as(other).isNull();
        }
    }

    @Test
    void findsTheWaitOfAReconnect() {
        assertThat(MessageScan.afterMillis(text(new ServerMessage.Reconnect(1_234))))
                .isEqualTo(1_234);
    }

    private static ByteBuf text(ServerMessage message) {
        return Unpooled.wrappedBuffer(message.bytes());
    }
}
