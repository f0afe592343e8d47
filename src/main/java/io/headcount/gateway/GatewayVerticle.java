package io.headcount.gateway;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message.Census;
import io.headcount.bus.Message.Sockets;
import io.headcount.config.HeadcountConfig;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.ThreadLocalRandom;

/** One event loop's part of the gateway: opens the public port and wires the registry to the bus. */
public final class GatewayVerticle extends VerticleBase {
    private static final int CENSUS_MILLIS = 5_000;
    private static final int WATCH_MILLIS = 1_000;
    private static final int RECONNECT_SPREAD_MILLIS = 10_000;
    private static final int DRAIN_BATCH = 256;
    private static final int DRAIN_PAUSE_MILLIS = 5;

    private final int index;
    private final Gateway gateway;
    private Loop loop;
    private Bus bus;
    private SessionRegistry registry;
    private Closings closings;
    private ConnectionWatch watch;
    private HttpServer server;
    private boolean stopped;

    GatewayVerticle(int index, Gateway gateway) {
        this.index = index;
        this.gateway = gateway;
    }

    @Override
    public Future<?> start() {
        HeadcountConfig config = gateway.config();
        loop = Loop.of(((ContextInternal) context).nettyEventLoop());
        bus = Bus.of(vertx);
        closings = new Closings(loop);
        watch = new ConnectionWatch(loop, config.webSocket().handshakeTimeoutMillis());
        registry = new SessionRegistry(
                index,
                config,
                loop,
                gateway.ports().clock(),
                PooledByteBufAllocator.DEFAULT,
                gateway.metrics(),
                (counter, events) -> bus.sendLocal(Addresses.SESSION_EVENTS.at(counter), events));
        Lane lane = new Lane(config.webSocket(), registry, gateway.metrics(), closings, gateway.socketCount());
        consume();
        return listen(config, new Handshake(gateway, lane)).onSuccess(listening -> {
            repeat(registry.pulse().tickMillis(), () -> {
                registry.tick();
                closings.tick();
            });
            repeat(WATCH_MILLIS, watch::tick);
            repeat(
                    OwnerlessReads.INTERVAL_MILLIS,
                    new OwnerlessReads(registry, gateway.ports().store())::tick);
            repeat(CENSUS_MILLIS, () -> bus.publishLocal(Addresses.CENSUS, new Census(index, registry.census())));
            gateway.started(this);
        });
    }

    private void consume() {
        bus.consumeLocal(Addresses.ADMITTED.at(index), registry::admitted);
        bus.consume(Addresses.COUNTS, counts -> registry.counts(counts.counts()));
        bus.consumeLocal(Addresses.HEALTH, health -> registry.health(health.live()));
        bus.answerLocal(
                Addresses.SOCKETS_WANTED.at(index),
                wanted -> new Sockets(wanted.stream(), registry.sessionsOf(wanted.stream())));
    }

    private Future<HttpServer> listen(HeadcountConfig config, Handshake handshake) {
        Handler<HttpServerRequest> router = gateway.ports().router().get();
        server = vertx.createHttpServer(options(config.webSocket()))
                .connectionHandler(watch::connected)
                .invalidRequestHandler(handshake::handleInvalid)
                .requestHandler(request -> {
                    watch.requested(request);
                    if (HandshakeRules.isWatch(request.path())) {
                        handshake.handle(request);
                    } else {
                        // The observers' /v1/counts will be taken here, before the router.
                        router.handle(request);
                    }
                });
        return server.listen(config.http().port(), config.http().host());
    }

    private static HttpServerOptions options(HeadcountConfig.WebSocket limits) {
        HttpServerOptions options = new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setMaxInitialLineLength(HandshakeRules.MAX_URI_BYTES + 32)
                .setMaxHeaderSize(HandshakeRules.MAX_HEADER_BYTES)
                .setAcceptBacklog(limits.acceptBacklog())
                .setTcpNoDelay(true);
        if (limits.sendBufferBytes() > 0) {
            options.setSendBufferSize(limits.sendBufferBytes());
        }
        if (limits.receiveBufferBytes() > 0) {
            options.setReceiveBufferSize(limits.receiveBufferBytes());
        }
        return options;
    }

    private void repeat(int millis, Runnable task) {
        loop.after(millis, () -> {
            if (stopped) {
                return;
            }
            try {
                task.run();
            } finally {
                repeat(millis, task);
            }
        });
    }

    /** See {@link Gateway#drain}; from any thread. */
    Future<Void> drain(boolean tellLeaves) {
        Promise<Void> done = Promise.promise();
        loop.run(() -> {
            if (!tellLeaves) {
                registry.leaveSilently();
            }
            drainBatch(done);
        });
        return done.future();
    }

    private void drainBatch(Promise<Void> done) {
        boolean more = registry.reconnect(DRAIN_BATCH, GatewayVerticle::anyReconnectMillis);
        registry.flushEvents();
        if (more || !(closings.isEmpty() || stopped)) {
            loop.after(DRAIN_PAUSE_MILLIS, () -> drainBatch(done));
        } else {
            done.complete();
        }
    }

    private static int anyReconnectMillis() {
        return ThreadLocalRandom.current().nextInt(RECONNECT_SPREAD_MILLIS + 1);
    }

    /** Where it listens; for tests that ask for port 0. */
    int port() {
        return server.actualPort();
    }

    @Override
    public Future<?> stop() {
        gateway.stopped(this);
        while (registry.reconnect(DRAIN_BATCH, GatewayVerticle::anyReconnectMillis)) {
            // Whoever is still here is told at least; the server's end below closes the sockets.
        }
        registry.flushEvents();
        return server.close().onComplete(closed -> stopped = true);
    }
}
