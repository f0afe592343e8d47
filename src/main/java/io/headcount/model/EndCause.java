package io.headcount.model;

import java.util.Locale;

/** Why a session ended, as written in the books. */
public enum EndCause {
    /** The client closed the socket. */
    CLOSED,
    /** The connection broke (reset, protocol error). */
    ERROR,
    /** No packet within the silence limit. */
    SILENCE,
    /** The stream ended. */
    ENDED,
    /** The server closed it: a limit, an expired token. */
    REFUSED,
    /** The node was stopped in an orderly way. */
    SHUTDOWN,
    /** The node that held it died; the end is the time of the last heartbeat. */
    NODE_LOST;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** The name used in Redis and MySQL. */
    public String wire() {
        return wire;
    }

    /**
     * The cause with that wire name.
     *
     * @throws IllegalArgumentException for an unknown name
     */
    public static EndCause ofWire(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
