package io.headcount.admin;

import io.headcount.config.HeadcountConfig;
import io.headcount.model.SharedClock;
import io.headcount.store.Readiness;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;

/** The management server: every node has one; the console only where the role {@code admin} is. */
public final class AdminVerticle extends VerticleBase {
    /** What the console's page sends is short. */
    private static final int MAX_MESSAGE_BYTES = 8_192;

    private final HeadcountConfig.Http address;
    private final String consoleToken;
    private final Readiness readiness;
    private final PrometheusMeterRegistry metrics;
    private HttpServer server;

    /** @param consoleToken opens the operators' console, empty: nobody can log in; null: there is no console */
    public AdminVerticle(
            HeadcountConfig.Http address, String consoleToken, Readiness readiness, PrometheusMeterRegistry metrics) {
        this.address = address;
        this.consoleToken = consoleToken;
        this.readiness = readiness;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        Console console = consoleToken == null ? null : new Console(consoleToken, SharedClock::monotonicMillis);
        Router router = new AdminRoutes(vertx, readiness, metrics).router(console);
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(address.host())
                        .setPort(address.port())
                        .setMaxWebSocketMessageSize(MAX_MESSAGE_BYTES)
                        .setMaxWebSocketFrameSize(MAX_MESSAGE_BYTES)
                        .setPerMessageWebSocketCompressionSupported(false)
                        .setPerFrameWebSocketCompressionSupported(false))
                .requestHandler(router);
        return server.listen().recover(failure -> Future.failedFuture(address.listenFailure("management", failure)));
    }

    @Override
    public Future<?> stop() {
        return server == null ? Future.succeededFuture() : server.close();
    }
}
