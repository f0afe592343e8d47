package io.headcount.protocol;

/** The opcodes of WebSocket frames (RFC 6455, 5.2). */
public final class Opcode {
    /** A further part of a fragmented message. */
    public static final int CONTINUATION = 0x0;

    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    /** The first of the control frames: they are never fragmented. */
    public static final int CLOSE = 0x8;

    public static final int PING = 0x9;
    public static final int PONG = 0xA;

    private Opcode() {}
}
