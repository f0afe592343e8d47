package io.headcount.client;

import io.headcount.protocol.CloseCode;
import java.util.Arrays;
import java.util.Locale;

/**
 * How a connection ended.
 *
 * @param kind who or what ended it
 * @param code the close code, the HTTP status where the handshake was refused, or {@link #ABNORMAL}
 * @param reason for people
 */
public record Closed(Kind kind, int code, String reason) {
    /** The code of a connection that ended without a close frame (RFC 6455, 7.1.5). */
    public static final int ABNORMAL = 1006;

    /** Who or what ended a connection. */
    public enum Kind {
        /** This side asked for it. */
        OURS,
        /** The server sent a close frame. */
        THEIRS,
        /** The server answered the handshake with an HTTP status. */
        REFUSED,
        /** No connection, a broken one, a timeout, or bytes that are not the protocol. */
        LOST
    }

    /** Whether coming back at once or later cannot help. */
    public boolean terminal() {
        return switch (kind) {
            case OURS -> true;
            case THEIRS -> Arrays.stream(CloseCode.values()).anyMatch(c -> c.code() == code && c.terminal());
            case REFUSED -> code < 500 && code != 429;
            case LOST -> false;
        };
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " " + code + " " + reason;
    }
}
