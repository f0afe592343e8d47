package io.headcount.gateway;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message.Census;
import io.headcount.bus.Message.Sockets;
import io.headcount.config.HeadcountConfig;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.buffer.VertxByteBufAllocator;
import io.vertx.core.internal.ContextInternal;

/** One event loop's part of the gateway: opens the public port and wires the registry to the bus. */
public final class GatewayVerticle extends VerticleBase {
    private static final int CENSUS_MILLIS = 5_000;
    private static final int WATCH_MILLIS = 1_000;

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
        int instances = config.webSocket().instances();
        watch = new ConnectionWatch(
                loop,
                config.limits().handshakeTimeoutMillis(),
                Math.max(1, config.limits().maxUnfinishedConnections() / instances),
                gateway.metrics());
        registry = new SessionRegistry(
                index,
                config,
                loop,
                gateway.ports().clock(),
                VertxByteBufAllocator.POOLED_ALLOCATOR,
                gateway.metrics(),
                (counter, events) -> bus.sendLocal(Addresses.SESSION_EVENTS.at(counter), events));
        Lane lane = new Lane(config.limits(), registry, gateway.metrics(), closings, gateway.admission());
        consume();
        return listen(config, new Handshake(gateway, lane)).onSuccess(listening -> {
            repeat(registry.pulse().tickMillis(), () -> {
                registry.tick();
                closings.tick();
            });
            repeat(WATCH_MILLIS, () -> {
                watch.tick();
                gateway.admission().expire(index, instances);
            });
            OwnerlessReads reads = new OwnerlessReads(registry, gateway.ports().store());
            registry.observers().readBy(reads::tick);
            repeat(OwnerlessReads.INTERVAL_MILLIS, reads::tick);
            repeat(CENSUS_MILLIS, () -> bus.publishLocal(Addresses.CENSUS, new Census(index, registry.census())));
            gateway.started(this);
        });
    }

    private void consume() {
        bus.consumeLocal(Addresses.ADMITTED.at(index), registry::admitted);
        bus.consume(Addresses.COUNTS, counts -> registry.counts(counts.counts()));
        bus.consume(Addresses.ENDINGS, endings -> {
            endings.ended().forEach(registry::ended);
            endings.reopened().forEach(registry::reopened);
        });
        bus.consumeLocal(Addresses.HEALTH, health -> registry.health(health.live()));
        bus.answerLocal(
                Addresses.SOCKETS_WANTED.at(index),
                wanted -> new Sockets(wanted.stream(), registry.sessionsOf(wanted.stream())));
    }

    private Future<HttpServer> listen(HeadcountConfig config, Handshake handshake) {
        Handler<HttpServerRequest> router = gateway.ports().router().get();
        DeviceOffer devices = new DeviceOffer(gateway.ports().auth());
        server = vertx.createHttpServer(ServerOptions.of(config))
                .connectionHandler(watch::connected)
                .invalidRequestHandler(handshake::handleInvalid)
                .requestHandler(request -> {
                    watch.requested(request);
                    if (handshake.refusesHead(request) || handshake.refusesBeat(request)) {
                        return;
                    }
                    if (HandshakeRules.isSocket(request.path())) {
                        handshake.handle(request);
                    } else {
                        devices.accompany(request);
                        router.handle(request);
                    }
                });
        return server.listen(config.http().port(), config.http().host())
                .recover(failure -> Future.failedFuture(config.http().listenFailure("http", failure)));
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

    /** To be touched on the {@link #loop()} only. */
    SessionRegistry registry() {
        return registry;
    }

    Loop loop() {
        return loop;
    }

    /** See {@link Gateway#drain}; from any thread. */
    Future<Void> drain(boolean tellLeaves) {
        return new Drain(loop, registry, closings).start(tellLeaves);
    }

    @Override
    public Future<?> stop() {
        gateway.stopped(this);
        new Drain(loop, registry, closings).tellAll();
        // Closing the server closes the sockets too.
        return server.close().onComplete(closed -> stopped = true);
    }
}
