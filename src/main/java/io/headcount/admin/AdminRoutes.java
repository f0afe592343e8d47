package io.headcount.admin;

import io.headcount.store.Readiness;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** What the management server answers; errors as RFC 9457 describes them, HEAD like GET. */
final class AdminRoutes {
    private static final String POLICY =
            "default-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private final Vertx vertx;
    private final Readiness readiness;
    private final PrometheusMeterRegistry metrics;

    AdminRoutes(Vertx vertx, Readiness readiness, PrometheusMeterRegistry metrics) {
        this.vertx = vertx;
        this.readiness = readiness;
        this.metrics = metrics;
    }

    /** @param console the operators' console; null for none */
    Router router(Console console) {
        Router router = Router.router(vertx);
        router.route().handler(AdminRoutes::headers);
        get(router, "/health/live").handler(context -> json(context, 200, new JsonObject().put("live", true)));
        get(router, "/health/ready").handler(this::ready);
        get(router, "/metrics").handler(this::scrape);
        if (console != null) {
            console.mount(router, vertx);
        }
        for (int status : new int[] {400, 404, 405, 413, 500}) {
            router.errorHandler(status, AdminRoutes::problem);
        }
        return router;
    }

    static Route get(Router router, String path) {
        return router.route(HttpMethod.GET, path).method(HttpMethod.HEAD);
    }

    private static void headers(RoutingContext context) {
        context.response()
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        context.next();
    }

    private void ready(RoutingContext context) {
        readiness
                .check()
                .onSuccess(report -> {
                    JsonObject checks = new JsonObject();
                    report.checks().forEach(checks::put);
                    json(
                            context,
                            report.ready() ? 200 : 503,
                            new JsonObject().put("ready", report.ready()).put("checks", checks));
                })
                .onFailure(context::fail);
    }

    private void scrape(RoutingContext context) {
        // Percentile histograms of many timers take milliseconds to write: not on an event loop.
        vertx.executeBlocking(metrics::scrape)
                .onSuccess(text -> end(context, "text/plain; version=0.0.4; charset=utf-8", Buffer.buffer(text)))
                .onFailure(context::fail);
    }

    private static void problem(RoutingContext context) {
        if (context.response().ended() || context.response().closed()) {
            return;
        }
        String path = context.request().path();
        int status = context.statusCode();
        String title = switch (status) {
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 413 -> "Content Too Large";
            default -> "Internal Server Error";
        };
        String detail = switch (status) {
            case 400 -> "The path or the query cannot be read.";
            case 404 ->
                "There is nothing at " + path + "; here are /health/live, /health/ready, /metrics and, where"
                        + " the node has the role admin, /console/.";
            case 405 -> context.request().method() + " is not answered here; GET, HEAD is.";
            case 413 -> "The body is longer than anything that is sent here.";
            default -> "This is a defect; the node's log has the details.";
        };
        if (status == 405) {
            context.response().putHeader("Allow", "GET, HEAD");
        }
        problem(context, status, title, detail);
    }

    static void problem(RoutingContext context, int status, String title, String detail) {
        JsonObject problem = new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .put("instance", context.request().path());
        answer(context, status, "application/problem+json", problem);
    }

    static void json(RoutingContext context, int status, JsonObject body) {
        answer(context, status, "application/json", body);
    }

    private static void answer(RoutingContext context, int status, String type, JsonObject body) {
        context.response().setStatusCode(status);
        end(context, type, body.toBuffer());
    }

    private static void end(RoutingContext context, String type, Buffer body) {
        HttpServerResponse response = context.response().putHeader(HttpHeaders.CONTENT_TYPE, type);
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
                    .end();
        } else {
            response.end(body);
        }
    }
}
