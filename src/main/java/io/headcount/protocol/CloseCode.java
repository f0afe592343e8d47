package io.headcount.protocol;

/** The WebSocket close codes that Headcount sends, and what they ask of a client. */
public enum CloseCode {
    /** The stream ended, or the client closed; do not come back. */
    NORMAL(1000, "ended", true),
    /** The client broke the WebSocket protocol. */
    PROTOCOL(1002, "protocol error", true),
    /** A binary message; only text is understood. */
    BINARY(1003, "binary messages are not accepted", true),
    /** A text message that is not UTF-8. */
    BAD_UTF8(1007, "text is not valid UTF-8", true),
    /** Unknown or malformed messages, or too many of them. */
    POLICY(1008, "unknown message or rate abuse", true),
    /** A message over 1 KiB. */
    TOO_BIG(1009, "message over 1 KiB", true),
    /** The node restarts; come back after the time that {@code reconnect} gave. */
    RESTART(1012, "restart", false),
    /** The client did not read what was sent. */
    SLOW(1013, "slow reader", false),
    /** The token expired; come back with a new one. */
    EXPIRED(4401, "token expired", true),
    /** Too many sessions of one user; come back when one of them is closed. */
    TOO_MANY(4429, "too many sessions", true);

    private final int code;
    private final String reason;
    private final boolean terminal;

    CloseCode(int code, String reason, boolean terminal) {
        this.code = code;
        this.reason = reason;
        this.terminal = terminal;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** Whether a peer may send {@code code} in a close frame (RFC 6455, 7.4; IANA's registry up to 1014). */
    public static boolean mayBeSent(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    }

    /** The text on the wire, ASCII. */
    public String reason() {
        return reason;
    }

    /** Whether a client should stay away until something changed on its side. */
    public boolean terminal() {
        return terminal;
    }
}
