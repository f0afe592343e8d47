package io.headcount.client;

import io.headcount.protocol.Opcode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Reads the frames of a server (RFC 6455, 5.2): unmasked, mostly small, mostly whole in one packet. Keeps a buffer only
 * while a frame or a fragmented message is incomplete, which with short messages is nearly never.
 */
final class ServerFrames {
    /** The longest message that is read, in bytes. */
    static final int MAX_MESSAGE_BYTES = 65_536;

    /** Takes whole messages and control frames. */
    interface Sink {
        /**
         * A message or control frame.
         *
         * @param payload valid during the call only
         * @throws FrameException when it makes no sense
         */
        void frame(int opcode, ByteBuf payload) throws FrameException;
    }

    private ByteBuf message;
    private int messageOpcode;

    /**
     * Reads all whole frames and leaves the reader index behind them.
     *
     * @throws FrameException on a violation of the protocol
     */
    void read(ByteBuf bytes, Sink sink) throws FrameException {
        while (bytes.readableBytes() >= 2) {
            int start = bytes.readerIndex();
            int first = bytes.getUnsignedByte(start);
            int second = bytes.getUnsignedByte(start + 1);
            if ((first & 0x70) != 0 || (second & 0x80) != 0) {
                throw new FrameException(1002, "a server's frame is not masked and has no extension bits");
            }
            int header = (second == 126 ? 4 : second == 127 ? 10 : 2);
            if (bytes.readableBytes() < header) {
                return;
            }
            long length = length(bytes, start, second);
            int opcode = first & 0x0F;
            check(opcode, (first & 0x80) != 0, length);
            if (bytes.readableBytes() < header + length) {
                return;
            }
            bytes.skipBytes(header);
            dispatch(opcode, (first & 0x80) != 0, bytes.readSlice((int) length), sink);
        }
    }

    /** Lets go of what was kept. */
    void release() {
        if (message != null) {
            message.release();
            message = null;
        }
    }

    private static long length(ByteBuf bytes, int start, int second) {
        return switch (second) {
            case 126 -> bytes.getUnsignedShort(start + 2);
            case 127 -> bytes.getLong(start + 2);
            default -> second;
        };
    }

    private void check(int opcode, boolean last, long length) throws FrameException {
        boolean control = (opcode & 0x8) != 0;
        if (control && (!last || length > 125)) {
            throw new FrameException(1002, "a control frame is whole and at most 125 bytes long");
        }
        if (opcode > Opcode.PONG || (opcode > Opcode.BINARY && opcode < Opcode.CLOSE)) {
            throw new FrameException(1002, "unknown opcode " + opcode);
        }
        if (!control && (opcode == Opcode.CONTINUATION) != (message != null)) {
            throw new FrameException(1002, "fragments out of order");
        }
        long known = message == null ? 0 : message.readableBytes();
        if (length < 0 || known + length > MAX_MESSAGE_BYTES) {
            throw new FrameException(1009, "a message over " + MAX_MESSAGE_BYTES + " bytes");
        }
    }

    private void dispatch(int opcode, boolean last, ByteBuf payload, Sink sink) throws FrameException {
        if ((opcode & 0x8) != 0 || (last && message == null)) {
            sink.frame(opcode, payload);
            return;
        }
        if (message == null) {
            message = Unpooled.buffer(payload.readableBytes() * 2);
            messageOpcode = opcode;
        }
        message.writeBytes(payload);
        if (last) {
            try {
                sink.frame(messageOpcode, message);
            } finally {
                release();
            }
        }
    }
}
