package io.headcount.gateway;

import java.util.Locale;

/** The limits of {@code limits.*}, as the meter of what they refused names them. */
enum Limit {
    SOCKETS,
    SOCKETS_PER_ADDRESS,
    HANDSHAKES,
    HANDSHAKES_PER_ADDRESS,
    UNFINISHED_CONNECTIONS,
    SESSIONS_PER_USER,
    MESSAGES,
    MESSAGE_BYTES,
    BAD_MESSAGES,
    WRITE_BUFFER,
    HANDSHAKE_TIME;

    /** The label's value. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
