package io.headcount.client;

import io.headcount.model.Mode;
import io.headcount.protocol.ServerMessage;
import io.headcount.protocol.SessionIds;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A server of the viewers' protocol that counts in a map: what the client and the load generator are tried against when
 * a fault is needed that a right server never makes. Several gateways may share one {@link Counts}.
 */
public final class TinyGateway extends VerticleBase {
    /** Who watches what, for all gateways of a test; used under its own lock. */
    public static final class Counts {
        private final Map<String, Map<String, String>> usersBySessionByStream = new HashMap<>();
        private int lie;

        /** From now on the API says so many viewers more than there are. */
        public synchronized void lie(int more) {
            lie = more;
        }

        synchronized long viewers(String stream) {
            return users(stream).values().stream().distinct().count();
        }

        synchronized JsonObject answer(String stream) {
            return new JsonObject()
                    .put("stream", stream)
                    .put("viewers", viewers(stream) + lie)
                    .put("sessions", users(stream).size());
        }

        private synchronized Map<String, String> users(String stream) {
            return usersBySessionByStream.computeIfAbsent(stream, unused -> new HashMap<>());
        }
    }

    private static final long LIFE_SIGN_NANOS = 200_000_000;

    private record Told(long viewers, long atNanos) {}

    private record Socket(String stream, ServerWebSocket socket) {}

    private final Counts counts;
    private final SessionIds ids = new SessionIds();
    private final Map<String, Socket> sockets = new HashMap<>();
    private final Map<String, Told> told = new HashMap<>();
    private int refuseWith;
    private boolean muted;
    private int port;

    private TinyGateway(Counts counts) {
        this.counts = counts;
    }

    /** Starts one on a free port. */
    public static TinyGateway start(Vertx vertx, Counts counts) {
        TinyGateway gateway = new TinyGateway(counts);
        vertx.deployVerticle(gateway).await();
        return gateway;
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** Where it listens, {@code 127.0.0.1:port}. */
    public String target() {
        return "127.0.0.1:" + port;
    }

    /** Answers handshakes with that status from now on; 0: accepts them. */
    public void refuseWith(int status) {
        onLoop(() -> refuseWith = status);
    }

    /** Sends no counts any more. */
    public void mute() {
        onLoop(() -> muted = true);
    }

    /** Does something to every open socket. */
    public void each(Consumer<ServerWebSocket> action) {
        onLoop(() -> List.copyOf(sockets.values()).forEach(one -> action.accept(one.socket)));
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(50, unused -> tellCounts());
        return vertx.createHttpServer()
                .webSocketHandshakeHandler(handshake -> {
                    if (refuseWith != 0) {
                        handshake.reject(refuseWith);
                    } else {
                        handshake.accept();
                    }
                })
                .webSocketHandler(this::accept)
                .requestHandler(this::answer)
                .listen(0, "127.0.0.1")
                .onSuccess(server -> port = server.actualPort());
    }

    private void accept(ServerWebSocket socket) {
        String stream = socket.path().split("/", -1)[3];
        String user = socket.query().substring("user=".length());
        String session = ids.next();
        sockets.put(session, new Socket(stream, socket));
        synchronized (counts) {
            counts.users(stream).put(session, user);
        }
        socket.closeHandler(unused -> {
            sockets.remove(session);
            synchronized (counts) {
                counts.users(stream).remove(session);
            }
        });
        write(socket, new ServerMessage.Welcome(session, stream, counts.viewers(stream), 1, Mode.EXACT));
    }

    private void tellCounts() {
        if (muted) {
            return;
        }
        Map<String, String> changed = new HashMap<>();
        for (Socket one : sockets.values()) {
            String text = changed.computeIfAbsent(one.stream, this::changedCount);
            if (!text.isEmpty() && !one.socket.isClosed()) {
                var unused = one.socket.writeTextMessage(text);
            }
        }
    }

    /** The count's text where it changed or is 200 ms old, else nothing. */
    private String changedCount(String stream) {
        long viewers = counts.viewers(stream);
        Told before = told.get(stream);
        long now = System.nanoTime();
        if (before != null && before.viewers == viewers && now - before.atNanos < LIFE_SIGN_NANOS) {
            return "";
        }
        told.put(stream, new Told(viewers, now));
        return new ServerMessage.CountUpdate(stream, viewers, 1, Mode.EXACT).json();
    }

    private void answer(HttpServerRequest request) {
        JsonArray items = new JsonArray();
        request.params().getAll("stream").forEach(stream -> items.add(counts.answer(stream)));
        var unused = request.response().end(new JsonObject().put("items", items).encode());
    }

    private static void write(ServerWebSocket socket, ServerMessage message) {
        if (!socket.isClosed()) {
            socket.writeTextMessage(message.json());
        }
    }

    private void onLoop(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        context.runOnContext(unused -> {
            task.run();
            done.complete(null);
        });
        done.join();
    }
}
