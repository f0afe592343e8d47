package io.headcount.admin;

import io.headcount.config.HeadcountConfig;
import io.headcount.store.Readiness;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;

/** The management server: every node has one; the console only where the role {@code admin} is. */
public final class AdminVerticle extends VerticleBase {
    private final HeadcountConfig.Http address;
    private final boolean console;
    private final Readiness readiness;
    private final PrometheusMeterRegistry metrics;
    private HttpServer server;

    /** @param console whether to serve the operators' console */
    public AdminVerticle(
            HeadcountConfig.Http address, boolean console, Readiness readiness, PrometheusMeterRegistry metrics) {
        this.address = address;
        this.console = console;
        this.readiness = readiness;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        Router router = new AdminRoutes(vertx, readiness, metrics).router(console);
        server = vertx.createHttpServer(
                        new HttpServerOptions().setHost(address.host()).setPort(address.port()))
                .requestHandler(router);
        return server.listen().recover(failure -> Future.failedFuture(address.listenFailure("management", failure)));
    }

    @Override
    public Future<?> stop() {
        return server == null ? Future.succeededFuture() : server.close();
    }
}
