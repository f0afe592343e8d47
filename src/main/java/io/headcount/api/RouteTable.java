package io.headcount.api;

import io.headcount.store.BookException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A router whose handlers return JSON or fail: the one place that maps failures to answers, sets the headers that every
 * answer has, and times each route (by its template, never by its path).
 */
final class RouteTable {
    private static final Logger LOG = LoggerFactory.getLogger(RouteTable.class);
    private static final String POLICY =
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    private final Router router;
    private final MeterRegistry metrics;
    private final Map<String, TreeSet<String>> methodsByPath = new TreeMap<>();

    RouteTable(Vertx vertx, MeterRegistry metrics) {
        this.router = Router.router(vertx);
        this.metrics = metrics;
        router.route().handler(this::headers);
        for (int status : new int[] {400, 404, 405, 413, 414, 415, 500}) {
            router.errorHandler(status, this::answerFailure);
        }
    }

    Router router() {
        return router;
    }

    /** A route that answers with JSON. HEAD is answered like GET, without the body. */
    void add(HttpMethod method, String path, Function<RoutingContext, Future<JsonObject>> handler) {
        mount(route(method, path), path, handler);
    }

    /** A route whose request has a body. */
    void addWithBody(
            HttpMethod method,
            String path,
            Handler<RoutingContext> body,
            Function<RoutingContext, Future<JsonObject>> handler) {
        mount(route(method, path).handler(body), path, handler);
    }

    /** Files from the class path. */
    void addStatic(String path, Handler<RoutingContext> files) {
        route(HttpMethod.GET, path).handler(context -> {
            context.response().putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=60");
            files.handle(context);
        });
    }

    private Route route(HttpMethod method, String path) {
        Route route = router.route(method, path);
        TreeSet<String> methods = methodsByPath.computeIfAbsent(path, unknown -> new TreeSet<>());
        methods.add(method.name());
        if (method.equals(HttpMethod.GET)) {
            route.method(HttpMethod.HEAD);
            methods.add(HttpMethod.HEAD.name());
        }
        return route;
    }

    private void mount(Route route, String path, Function<RoutingContext, Future<JsonObject>> handler) {
        route.handler(context -> {
            long startedAt = System.nanoTime();
            context.addEndHandler(done -> time(path, context.response().getStatusCode(), startedAt));
            Future<JsonObject> answer;
            try {
                answer = handler.apply(context);
            } catch (Problem e) {
                answer = Future.failedFuture(e);
            }
            answer.onSuccess(json -> send(context, json, "application/json")).onFailure(context::fail);
        });
    }

    private void headers(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        context.next();
    }

    private void answerFailure(RoutingContext context) {
        if (context.response().ended() || context.response().closed()) {
            return;
        }
        Problem problem = problem(context);
        if (problem.retryAfterSeconds() > 0) {
            context.response().putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(problem.retryAfterSeconds()));
        }
        context.response().setStatusCode(problem.status());
        send(context, problem.json(context.request().path()), "application/problem+json");
    }

    private Problem problem(RoutingContext context) {
        Throwable failure = context.failure();
        if (failure instanceof Problem known) {
            return known;
        }
        if (failure instanceof BookException books) {
            LOG.warn("a request could not be answered from MySQL reason={}", books.getMessage());
            return Problem.unavailable("The database is out of reach. Try again.", 2);
        }
        String path = context.request().path();
        return switch (context.statusCode()) {
            case 404 -> Problem.notFound("There is nothing at " + path + "; /openapi.yaml describes what there is.");
            case 405 -> {
                String allowed = String.join(", ", allowed(path));
                context.response().putHeader("Allow", allowed);
                yield Problem.methodNotAllowed(
                        context.request().method() + " is not answered here; " + allowed + " is.");
            }
            case 413 -> Problem.tooLarge("The body must be at most 64 KiB.");
            case 400 ->
                Problem.badRequest("The request cannot be read: "
                        + (failure == null ? "malformed path or query." : failure.getMessage()));
            default -> {
                LOG.error("a request failed, which is a defect route={}", template(context), failure);
                yield Problem.internal();
            }
        };
    }

    private Set<String> allowed(String path) {
        Set<String> allowed = new TreeSet<>();
        methodsByPath.forEach((template, methods) -> {
            if (Pattern.matches(template.replaceAll(":\\w+", "[^/]+").replace("*", ".*"), path)) {
                allowed.addAll(methods);
            }
        });
        return allowed;
    }

    private void time(String path, int status, long startedAtNanos) {
        Timer.builder("headcount.api.request")
                .description("time of a request to the REST API")
                .tag("route", path)
                .tag("status", Integer.toString(status))
                .register(metrics)
                .record(System.nanoTime() - startedAtNanos, TimeUnit.NANOSECONDS);
    }

    private static String template(RoutingContext context) {
        return context.currentRoute() == null ? "none" : context.currentRoute().getPath();
    }

    private static void send(RoutingContext context, JsonObject json, String type) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, type);
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.putHeader(
                    HttpHeaders.CONTENT_LENGTH,
                    Integer.toString(json.encode().getBytes(StandardCharsets.UTF_8).length));
            response.end();
        } else {
            response.end(json.encode());
        }
    }
}
