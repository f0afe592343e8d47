package io.headcount.admin;

import io.headcount.config.HeadcountConfig;
import io.headcount.store.Readiness;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;

/** The management server: every node has one; the console only where the role {@code admin} is. */
public final class AdminVerticle extends VerticleBase {
    private static final String POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";

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
        Router router = Router.router(vertx);
        router.get("/health/live").handler(context -> json(context, 200, new JsonObject().put("live", true)));
        router.get("/health/ready").handler(this::ready);
        router.get("/metrics").handler(this::scrape);
        if (console) {
            router.get("/console").handler(context -> context.redirect("/console/"));
            router.route("/console/*").handler(context -> {
                context.response()
                        .putHeader("Content-Security-Policy", POLICY)
                        .putHeader("X-Content-Type-Options", "nosniff")
                        .putHeader("X-Frame-Options", "DENY");
                context.next();
            });
            router.get("/console/*").handler(StaticHandler.create("console").setDirectoryListing(false));
        }
        server = vertx.createHttpServer(
                        new HttpServerOptions().setHost(address.host()).setPort(address.port()))
                .requestHandler(router);
        return server.listen();
    }

    @Override
    public Future<?> stop() {
        return server == null ? Future.succeededFuture() : server.close();
    }

    private void ready(RoutingContext context) {
        readiness.check().onSuccess(report -> {
            JsonObject checks = new JsonObject();
            report.checks().forEach(checks::put);
            json(
                    context,
                    report.ready() ? 200 : 503,
                    new JsonObject().put("ready", report.ready()).put("checks", checks));
        });
    }

    private void scrape(RoutingContext context) {
        // Percentile histograms of many timers take milliseconds to write: not on an event loop.
        vertx.executeBlocking(metrics::scrape)
                .onSuccess(text -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                        .end(text))
                .onFailure(context::fail);
    }

    private static void json(RoutingContext context, int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body.encodePrettily());
    }
}
