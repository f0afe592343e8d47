package io.headcount.config;

/**
 * What a stranger may take of a node. Where {@code auth.mode} is {@code open}, which is a developer's machine, the limits
 * by address and by user are off unless set.
 *
 * @param maxSockets open viewers' sockets of the node; 503 above
 * @param maxSocketsPerAddress of one client address (IPv6: of one /64); 429 above; 0: no limit
 * @param maxHandshakesPerSecond of the node, as many at once; 503 above
 * @param maxHandshakesPerSecondPerAddress of one client address, twice as many at once; 429 above; 0: no limit
 * @param maxUnfinishedConnections of the node: open connections that are no viewers' (no complete handshake yet, or
 *     between two requests); above, some of those that wait longest are closed
 * @param maxSessionsPerUser of one user on one stream, over all nodes; closed with 4429 above; 0: no limit
 * @param maxMessagesPerSecond client frames of a socket, pings included, over ten seconds; closed with 1008 above
 * @param maxMessageBytes of a client's message, and so of its frames; closed with 1009 above
 * @param maxBadMessages unknown or malformed messages until a socket is closed with 1008
 * @param maxWriteBufferBytes unsent bytes of a socket; closed with 1013, as a slow reader, above
 * @param handshakeTimeoutMillis for a complete request after connecting, and for the TLS handshake before it
 */
public record LimitsConfig(
        int maxSockets,
        int maxSocketsPerAddress,
        int maxHandshakesPerSecond,
        int maxHandshakesPerSecondPerAddress,
        int maxUnfinishedConnections,
        int maxSessionsPerUser,
        int maxMessagesPerSecond,
        int maxMessageBytes,
        int maxBadMessages,
        int maxWriteBufferBytes,
        int handshakeTimeoutMillis) {

    /**
     * Reads the section {@code limits}.
     *
     * @param open whether {@code auth.mode} is open
     */
    static LimitsConfig read(Settings s, boolean open) {
        return new LimitsConfig(
                s.integer("limits.maxSockets", 60_000, 1, 1_000_000),
                // A carrier's NAT has thousands of subscribers behind one address.
                s.integer("limits.maxSocketsPerAddress", open ? 0 : 2_000, 0, 1_000_000),
                // Twenty nodes take a million viewers back in 20 s, at a rate that three Redis masters follow.
                s.integer("limits.maxHandshakesPerSecond", 2_500, 1, 1_000_000),
                s.integer("limits.maxHandshakesPerSecondPerAddress", open ? 0 : 200, 0, 1_000_000),
                s.integer("limits.maxUnfinishedConnections", 20_000, 16, 1_000_000),
                // More than anybody has: tabs of a node that died count until it is reaped.
                s.integer("limits.maxSessionsPerUser", open ? 0 : 20, 0, 100_000),
                s.integer("limits.maxMessagesPerSecond", 20, 1, 10_000),
                s.integer("limits.maxMessageBytes", 1_024, 125, 65_536),
                s.integer("limits.maxBadMessages", 3, 1, 1_000),
                s.integer("limits.maxWriteBufferBytes", 65_536, 4_096, 16_777_216),
                s.integer("limits.handshakeTimeoutMillis", 10_000, 100, 120_000));
    }
}
