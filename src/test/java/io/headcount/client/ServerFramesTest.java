package io.headcount.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ServerFramesTest {
    private final ServerFrames frames = new ServerFrames();
    private final List<String> seen = new ArrayList<>();

    @Test
    void readsFramesHoweverThePacketsAreCut() throws FrameException {
        ByteBuf bytes = Unpooled.buffer();
        frame(bytes, 0x81, "one");
        frame(bytes, 0x01, "tw");
        frame(bytes, 0x89, "ping between fragments");
        frame(bytes, 0x80, "o");
        frame(bytes, 0x81, "x".repeat(300));
        frame(bytes, 0x81, "y".repeat(65_536));

        ByteBuf arrived = Unpooled.buffer();
        while (bytes.isReadable()) {
            arrived.writeBytes(bytes, Math.min(7, bytes.readableBytes()));
            frames.read(arrived, this::note);
        }

        assertThat(arrived.isReadable()).isFalse();
        assertThat(seen)
                .containsExactly(
                        "1 one",
                        "9 ping between fragments",
                        "1 two",
                        "1 " + "x".repeat(300),
                        "1 " + "y".repeat(65_536));
    }

    @Test
    void refusesWhatNoServerMaySend() {
        refused(1002, 0xC1, 0x00); // an extension bit
        refused(1002, 0x81, 0x80); // a mask
        refused(1002, 0x80, 0x00); // a continuation of nothing
        refused(1002, 0x83, 0x00); // a reserved opcode
        refused(1002, 0x09, 0x00); // a fragmented ping
        refused(1002, 0x88, 126, 0, 126); // a long close
        refused(1009, 0x81, 127, 0, 0, 0, 0, 0, 1, 0, 1); // 65,537 bytes
        refused(1009, 0x81, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0); // a negative length
    }

    private void refused(int code, int... octets) {
        ByteBuf bytes = Unpooled.buffer();
        for (int octet : octets) {
            bytes.writeByte(octet);
        }
        assertThatThrownBy(() -> new ServerFrames().read(bytes, this::note))
                .isInstanceOfSatisfying(
                        FrameException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private void note(int opcode, ByteBuf payload) {
        seen.add(opcode + " " + payload.toString(StandardCharsets.US_ASCII));
    }

    private static void frame(ByteBuf to, int first, String payload) {
        to.writeByte(first);
        if (payload.length() < 126) {
            to.writeByte(payload.length());
        } else if (payload.length() < 65_536) {
            to.writeByte(126).writeShort(payload.length());
        } else {
            to.writeByte(127).writeLong(payload.length());
        }
        to.writeCharSequence(payload, StandardCharsets.US_ASCII);
    }
}
