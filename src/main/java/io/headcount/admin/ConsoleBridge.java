package io.headcount.admin;

import io.vertx.core.Vertx;
import io.vertx.ext.bridge.BridgeEventType;
import io.vertx.ext.bridge.PermittedOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.sockjs.BridgeEvent;
import io.vertx.ext.web.handler.sockjs.SockJSBridgeOptions;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The event bus as the console's page sees it: out goes what is told at {@code console.NAME}, in come questions to {@code
 * console.command.NAME}, and nothing else passes in either direction. A socket lives no longer than its session.
 */
final class ConsoleBridge {
    private static final String OUT = "console\\.[a-z]+";
    private static final String IN = "console\\.command\\.[a-z]+";
    private static final int MAX_SOCKETS = 64;
    private static final int MAX_HANDLERS_PER_SOCKET = 16;
    private static final int MAX_ADDRESS_LENGTH = 64;
    private static final long REPLY_MILLIS = 10_000;
    private static final long PING_MILLIS = 30_000;
    private static final long LOOK_MILLIS = 1_000;
    private static final int POLICY_VIOLATED = 1008;

    private final ConsoleSessions sessions;
    /** Open sockets and the sessions they belong to. */
    private final Map<SockJSSocket, String> sockets = new HashMap<>();

    ConsoleBridge(ConsoleSessions sessions) {
        this.sessions = sessions;
    }

    /** Its router, and a look at the sessions every second. */
    Router router(Vertx vertx) {
        vertx.setPeriodic(LOOK_MILLIS, timer -> closeEnded());
        // WebSocket only: the other transports are for browsers of long ago, and a wider door.
        SockJSHandlerOptions options = new SockJSHandlerOptions().setInsertJSESSIONID(false);
        List.of("XHR", "EVENT_SOURCE", "HTML_FILE", "JSON_P").forEach(options::addDisabledTransport);
        return SockJSHandler.create(vertx, options)
                .bridge(
                        new SockJSBridgeOptions()
                                .addInboundPermitted(new PermittedOptions().setAddressRegex(IN))
                                .addOutboundPermitted(new PermittedOptions().setAddressRegex(OUT))
                                .setMaxAddressLength(MAX_ADDRESS_LENGTH)
                                .setMaxHandlersPerSocket(MAX_HANDLERS_PER_SOCKET)
                                .setReplyTimeout(REPLY_MILLIS)
                                .setPingTimeout(PING_MILLIS),
                        this::onEvent);
    }

    /** Closes the sockets whose sessions are over. */
    void closeEnded() {
        List<SockJSSocket> ended = sockets.entrySet().stream()
                .filter(socket -> sessions.remainingMillis(socket.getValue()) == 0)
                .map(Map.Entry::getKey)
                .toList();
        ended.forEach(socket -> {
            sockets.remove(socket);
            socket.close(POLICY_VIOLATED, "the session is over");
        });
    }

    private void onEvent(BridgeEvent event) {
        BridgeEventType type = event.type();
        if (type == BridgeEventType.SOCKET_CREATED) {
            event.complete(accept(event.socket()));
        } else if (type == BridgeEventType.SOCKET_CLOSED) {
            sockets.remove(event.socket());
            event.complete(true);
        } else {
            // A question is answered to one; nothing that a browser sends goes to many.
            event.complete(type != BridgeEventType.PUBLISH && sockets.containsKey(event.socket()));
        }
    }

    private boolean accept(SockJSSocket socket) {
        if (sockets.size() >= MAX_SOCKETS) {
            return false;
        }
        sockets.put(socket, Console.sessionOf(socket.routingContext()));
        return true;
    }
}
