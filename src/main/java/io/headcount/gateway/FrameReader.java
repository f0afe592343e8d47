package io.headcount.gateway;

import io.headcount.protocol.CloseCode;
import io.headcount.protocol.Opcode;
import io.headcount.protocol.Utf8;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Reads WebSocket frames from a client (RFC 6455), strictly, into plain byte arrays.
 *
 * <p>There is no reader object a socket: what is left between two reads is a {@link Rest}, and an idle socket has none.
 * A header is judged as soon as its bytes are there, before any payload is kept, so a socket never holds more than one
 * frame header and {@code maxMessageBytes} of payload twice (a partial frame and the fragments before it).
 */
final class FrameReader {
    private static final int HIGH_BIT = 0x80;
    private static final int MASK_BYTES = 4;
    private static final byte[] NONE = new byte[0];

    private final int maxMessageBytes;

    FrameReader(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /** What comes out. After a call that makes {@link #reading()} false nothing more is read. */
    interface Sink {
        /** Whether to go on. */
        boolean reading();

        /** Called before each complete frame, of any kind, is handed out. */
        void frame();

        /** A complete text message, valid UTF-8. */
        void text(byte[] message);

        void ping(byte[] payload);

        void pong();

        /** The peer closes with this code, 0 for none. */
        void closing(int code);

        /** The peer broke the rules. */
        void violation(CloseCode code);
    }

    /** What is left between two reads. */
    static final class Rest {
        /** An incomplete frame, from its first byte. */
        private byte[] bytes = NONE;
        /** The fragments of a message so far, {@code null} when none is under way. */
        private byte[] message;

        private boolean isEmpty() {
            return bytes.length == 0 && message == null;
        }
    }

    /**
     * Reads all complete frames.
     *
     * @param in what arrived; not released
     * @param rest what the last call returned
     * @return what is left, {@code null} for nothing
     */
    Rest read(ByteBuf in, Rest rest, Sink sink) {
        Rest state = rest == null ? new Rest() : rest;
        byte[] data = join(state.bytes, in);
        int at = 0;
        while (sink.reading() && at < data.length) {
            int next = readFrame(data, at, state, sink);
            if (next == at) {
                break;
            }
            at = next;
        }
        if (!sink.reading()) {
            return null;
        }
        state.bytes = at == data.length ? NONE : Arrays.copyOfRange(data, at, data.length);
        return state.isEmpty() ? null : state;
    }

    private static byte[] join(byte[] before, ByteBuf in) {
        int length = in.readableBytes();
        byte[] data = new byte[before.length + length];
        System.arraycopy(before, 0, data, 0, before.length);
        in.readBytes(data, before.length, length);
        return data;
    }

    /** Returns where the next frame begins; {@code at} itself when this one is not complete or was refused. */
    private int readFrame(byte[] data, int at, Rest state, Sink sink) {
        int available = data.length - at;
        if (available < 2) {
            return at;
        }
        CloseCode refused = judgeStart(data[at] & 0xFF, data[at + 1] & 0xFF, state);
        if (refused != null) {
            sink.violation(refused);
            return at;
        }
        int shortLength = data[at + 1] & 0x7F;
        int header = shortLength == 127 ? 10 : shortLength == 126 ? 4 : 2;
        if (available < header) {
            return at;
        }
        long length = length(data, at, header, shortLength);
        if (length < 0) {
            sink.violation(CloseCode.PROTOCOL);
            return at;
        }
        int opcode = data[at] & 0x0F;
        int before = opcode == Opcode.CONTINUATION ? state.message.length : 0;
        if (opcode < Opcode.CLOSE && before + length > maxMessageBytes) {
            sink.violation(CloseCode.TOO_BIG);
            return at;
        }
        if (available < header + MASK_BYTES + length) {
            return at;
        }
        byte[] payload = unmask(data, at + header, (int) length);
        sink.frame();
        if (sink.reading()) {
            deliver((data[at] & HIGH_BIT) != 0, opcode, payload, state, sink);
        }
        return at + header + MASK_BYTES + payload.length;
    }

    /** Judges the first two bytes of a frame; {@code null} when they are in order. */
    private static CloseCode judgeStart(int first, int second, Rest state) {
        boolean fin = (first & HIGH_BIT) != 0;
        boolean reserved = (first & 0x70) != 0;
        boolean masked = (second & HIGH_BIT) != 0;
        int opcode = first & 0x0F;
        boolean unknown = (opcode > Opcode.BINARY && opcode < Opcode.CLOSE) || opcode > Opcode.PONG;
        boolean control = opcode >= Opcode.CLOSE;
        boolean badControl = control && (!fin || (second & 0x7F) > Frames.MAX_CONTROL_BYTES);
        boolean outOfOrder = !control && (opcode == Opcode.CONTINUATION) != (state.message != null);
        if (reserved || unknown || !masked || badControl || outOfOrder) {
            return CloseCode.PROTOCOL;
        }
        return opcode == Opcode.BINARY ? CloseCode.BINARY : null;
    }

    /** The payload's length; -1 when it is not written in its shortest form, or is negative. */
    private static long length(byte[] data, int at, int header, int shortLength) {
        if (header == 2) {
            return shortLength;
        }
        long length = 0;
        for (int i = at + 2; i < at + header; i++) {
            length = length << 8 | (data[i] & 0xFF);
        }
        return length >= (header == 4 ? 126 : 65_536) ? length : -1;
    }

    private static byte[] unmask(byte[] data, int maskAt, int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (data[maskAt + MASK_BYTES + i] ^ data[maskAt + (i & 3)]);
        }
        return payload;
    }

    private static void deliver(boolean fin, int opcode, byte[] payload, Rest state, Sink sink) {
        switch (opcode) {
            case Opcode.PING -> sink.ping(payload);
            case Opcode.PONG -> sink.pong();
            case Opcode.CLOSE -> deliverClose(payload, sink);
            default -> {
                byte[] message = opcode == Opcode.TEXT ? payload : concat(state.message, payload);
                state.message = fin ? null : message;
                if (fin && Utf8.valid(message, 0)) {
                    sink.text(message);
                } else if (fin) {
                    sink.violation(CloseCode.BAD_UTF8);
                }
            }
        }
    }

    private static void deliverClose(byte[] payload, Sink sink) {
        if (payload.length == 0) {
            sink.closing(0);
            return;
        }
        int code = payload.length == 1 ? -1 : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
        if (!CloseCode.mayBeSent(code)) {
            sink.violation(CloseCode.PROTOCOL);
        } else if (!Utf8.valid(payload, 2)) {
            sink.violation(CloseCode.BAD_UTF8);
        } else {
            sink.closing(code);
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
