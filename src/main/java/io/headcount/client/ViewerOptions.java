package io.headcount.client;

import io.headcount.model.Ids;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a viewer watches, as whom, and where.
 *
 * @param servers the nodes or the load balancer; a reconnect goes to the next
 * @param first index of the server to begin with
 * @param stream stream id
 * @param user user id for {@code ?user=}, or {@code null}
 * @param token brings a bearer token for each attempt, on an event loop, so it must not block; or {@code null}
 * @param localAddress source address, or {@code null} for the system's choice
 * @param reconnect when to come back, or {@code null} for never
 * @param welcomeTimeoutMillis from the first packet to the welcome
 * @param silenceLimitMillis without any packet until the connection counts as lost
 */
public record ViewerOptions(
        List<InetSocketAddress> servers,
        int first,
        String stream,
        String user,
        Supplier<String> token,
        InetAddress localAddress,
        ReconnectPolicy reconnect,
        int welcomeTimeoutMillis,
        int silenceLimitMillis) {
    /** What is used unless said otherwise. */
    public static final int DEFAULT_WELCOME_TIMEOUT_MILLIS = 10_000;

    /** What is used unless said otherwise: the server pings every 20 s. */
    public static final int DEFAULT_SILENCE_LIMIT_MILLIS = 45_000;

    public ViewerOptions {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("at least one server");
        }
        if (welcomeTimeoutMillis < 1 || silenceLimitMillis < 1) {
            throw new IllegalArgumentException("timeouts are 1 ms or more");
        }
        first = Math.floorMod(first, servers.size());
    }

    /** A viewer that does not come back by itself. */
    public static ViewerOptions of(String host, int port, String stream, String user) {
        return new ViewerOptions(
                List.of(InetSocketAddress.createUnresolved(host, port)),
                0,
                Ids.require("stream", stream),
                user,
                null,
                null,
                null,
                DEFAULT_WELCOME_TIMEOUT_MILLIS,
                DEFAULT_SILENCE_LIMIT_MILLIS);
    }

    /** The same from another source address. */
    public ViewerOptions from(InetAddress address) {
        return new ViewerOptions(
                servers, first, stream, user, token, address, reconnect, welcomeTimeoutMillis, silenceLimitMillis);
    }

    /** The same with a token that says who it is. It is sent at every attempt, so it is no good for one use. */
    public ViewerOptions authorized(String bearer) {
        return authorized(() -> bearer);
    }

    /** The same with a new token for each attempt, and for one after the server said that the last has expired. */
    public ViewerOptions authorized(Supplier<String> bearer) {
        return new ViewerOptions(
                servers,
                first,
                stream,
                user,
                bearer,
                localAddress,
                reconnect,
                welcomeTimeoutMillis,
                silenceLimitMillis);
    }

    /** The same, coming back by a policy. */
    public ViewerOptions reconnecting(ReconnectPolicy policy) {
        return new ViewerOptions(
                servers, first, stream, user, token, localAddress, policy, welcomeTimeoutMillis, silenceLimitMillis);
    }

    /** The same with other patience. */
    public ViewerOptions waiting(int welcomeMillis, int silenceMillis) {
        return new ViewerOptions(
                servers, first, stream, user, token, localAddress, reconnect, welcomeMillis, silenceMillis);
    }
}
