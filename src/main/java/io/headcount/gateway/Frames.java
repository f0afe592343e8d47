package io.headcount.gateway;

import io.headcount.protocol.CloseCode;
import io.headcount.protocol.Opcode;
import io.headcount.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * WebSocket frames from server to client. They are not masked, so one encoded frame serves any number of sockets
 * ({@link ByteBuf#retainedDuplicate()}).
 */
final class Frames {

    /** Longest payload of a control frame (RFC 6455, 5.5). */
    static final int MAX_CONTROL_BYTES = 125;

    private static final int FIN = 0x80;
    private static final ByteBuf EMPTY_PING = shared(new byte[] {(byte) (FIN | Opcode.PING), 0});
    private static final ByteBuf PONG_MESSAGE = shared(frame(Opcode.TEXT, new ServerMessage.Pong().bytes()));

    private Frames() {}

    /** A text frame, to be released by the caller. */
    static ByteBuf text(ByteBufAllocator allocator, ServerMessage message) {
        byte[] frame = frame(Opcode.TEXT, message.bytes());
        return allocator.directBuffer(frame.length, frame.length).writeBytes(frame);
    }

    /** A ping without payload. */
    static ByteBuf ping() {
        return EMPTY_PING.duplicate();
    }

    /** The text frame that answers a {@code {"type":"ping"}}. */
    static ByteBuf pongMessage() {
        return PONG_MESSAGE.duplicate();
    }

    /** A pong with the ping's payload. */
    static ByteBuf pong(byte[] payload) {
        return Unpooled.wrappedBuffer(frame(Opcode.PONG, payload));
    }

    /** A close frame with one of our codes. */
    static ByteBuf close(CloseCode code) {
        byte[] reason = code.reason().getBytes(StandardCharsets.US_ASCII);
        byte[] payload = new byte[2 + reason.length];
        payload[0] = (byte) (code.code() >>> 8);
        payload[1] = (byte) code.code();
        System.arraycopy(reason, 0, payload, 2, reason.length);
        return Unpooled.wrappedBuffer(frame(Opcode.CLOSE, payload));
    }

    /** A close frame that echoes the peer's code, or has none when {@code code} is 0. */
    static ByteBuf closeEcho(int code) {
        byte[] payload = code == 0 ? new byte[0] : new byte[] {(byte) (code >>> 8), (byte) code};
        return Unpooled.wrappedBuffer(frame(Opcode.CLOSE, payload));
    }

    private static byte[] frame(int opcode, byte[] payload) {
        // All that the server says is far below 64 KiB, where the third form of the length would begin.
        int header = payload.length < 126 ? 2 : 4;
        byte[] frame = new byte[header + payload.length];
        frame[0] = (byte) (FIN | opcode);
        if (header == 2) {
            frame[1] = (byte) payload.length;
        } else {
            frame[1] = 126;
            frame[2] = (byte) (payload.length >>> 8);
            frame[3] = (byte) payload.length;
        }
        System.arraycopy(payload, 0, frame, header, payload.length);
        return frame;
    }

    private static ByteBuf shared(byte[] frame) {
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(frame.length, frame.length)
                .writeBytes(frame)
                .asReadOnly());
    }
}
