package io.headcount.api;

import io.headcount.store.BookException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    private static final String STATIC_CACHING = "public, max-age=60";
    private static final String PLAIN_TEXT = "text/plain; charset=utf-8";
    /** So that a wrong method on a path of the API is a 405 with its methods, not a file that is not there. */
    private static final String ALL_BUT_API = "/(?!v1/|health/).*";

    private static final String TEMPLATE = "template";
    private static final String TIMED = "headcount.timed";

    private final Router router;
    private final MeterRegistry metrics;
    private final Set<String> origins;
    private final Map<String, TreeSet<String>> methodsByPath = new TreeMap<>();

    /** @param origins whose pages may read what GET answers, besides our own; {@code *} for all */
    RouteTable(Vertx vertx, MeterRegistry metrics, List<String> origins) {
        this.router = Router.router(vertx);
        this.metrics = metrics;
        this.origins =
                origins.stream().map(origin -> origin.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        router.route().handler(this::headers);
        for (int status : new int[] {400, 404, 405, 413, 414, 415, 500}) {
            router.errorHandler(status, this::answerFailure);
        }
    }

    Router router() {
        return router;
    }

    /** A route that answers with JSON, or, with {@code null}, with 204. HEAD is answered like GET, without the body. */
    void add(HttpMethod method, String path, Function<RoutingContext, Future<JsonObject>> handler) {
        mount(route(method, path), handler, RouteTable::send);
    }

    /** A route that is asked for lines, as JSON or CSV; who has them already is told so. */
    void addTable(String path, Function<RoutingContext, Future<Table>> handler) {
        mount(route(HttpMethod.GET, path), handler, RouteTable::send);
    }

    /** A route whose request has a body. */
    void addWithBody(
            HttpMethod method,
            String path,
            Handler<RoutingContext> body,
            Function<RoutingContext, Future<JsonObject>> handler) {
        mount(route(method, path).handler(body), handler, RouteTable::send);
    }

    /** A route that answers with a constant text. */
    void addText(String path, String type, Buffer text) {
        route(HttpMethod.GET, path).handler(context -> {
            context.response().putHeader(HttpHeaders.CACHE_CONTROL, STATIC_CACHING);
            send(context, text, type);
        });
    }

    /**
     * Files, wherever no route of the API can be. Comes last.
     *
     * @param pages short paths of some of them
     */
    void addFiles(Handler<RoutingContext> files, Map<String, String> pages) {
        pages.forEach((path, file) -> route(HttpMethod.GET, path).handler(context -> context.reroute(file)));
        router.routeWithRegex(HttpMethod.GET, ALL_BUT_API)
                .putMetadata(TEMPLATE, "files")
                .method(HttpMethod.HEAD)
                .handler(context -> {
                    context.response().putHeader(HttpHeaders.CACHE_CONTROL, STATIC_CACHING);
                    if (context.request().path().endsWith(".d.ts")) {
                        // Types, not MPEG, which is what the ending is registered for.
                        context.addHeadersEndHandler(
                                headers -> context.response().putHeader(HttpHeaders.CONTENT_TYPE, PLAIN_TEXT));
                    }
                    files.handle(context);
                });
    }

    private Route route(HttpMethod method, String path) {
        Route route = router.route(method, path).putMetadata(TEMPLATE, path);
        TreeSet<String> methods = methodsByPath.computeIfAbsent(path, unknown -> new TreeSet<>());
        methods.add(method.name());
        if (method.equals(HttpMethod.GET)) {
            route.method(HttpMethod.HEAD);
            methods.add(HttpMethod.HEAD.name());
        }
        return route;
    }

    private static <T> void mount(
            Route route, Function<RoutingContext, Future<T>> handler, BiConsumer<RoutingContext, T> send) {
        route.handler(context -> {
            Future<T> answer;
            try {
                answer = handler.apply(context);
            } catch (Problem e) {
                answer = Future.failedFuture(e);
            }
            answer.onSuccess(result -> send.accept(context, result)).onFailure(context::fail);
        });
    }

    private void headers(RoutingContext context) {
        if (context.get(TIMED) == null) {
            // A rerouted request comes here twice.
            context.put(TIMED, true);
            long startedAt = System.nanoTime();
            context.addEndHandler(
                    done -> time(template(context), context.response().getStatusCode(), startedAt));
        }
        HttpServerResponse response = context.response();
        shareWithOrigin(context.request(), response);
        response.putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (decodable(context.request().path())) {
            context.next();
        } else {
            context.fail(Problem.badRequest("The path has a % that two hexadecimal digits do not follow."));
        }
    }

    /** Lets pages of allowed origins read counts. No preflight is answered: they may read, not write. */
    private void shareWithOrigin(HttpServerRequest request, HttpServerResponse response) {
        if (origins.isEmpty()) {
            return;
        }
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (origins.contains("*")) {
            if (reads) {
                response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
            }
            return;
        }
        // Caches must not give one origin's answer to another.
        response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (reads && origin != null && origins.contains(origin.toLowerCase(Locale.ROOT))) {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    }

    /** The router takes a path that it cannot decode for a failure of its own. */
    private static boolean decodable(String path) {
        try {
            return path.indexOf('%') < 0 || URLDecoder.decode(path, StandardCharsets.UTF_8) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void answerFailure(RoutingContext context) {
        if (context.response().ended() || context.response().closed()) {
            return;
        }
        Problem problem = problem(context);
        if (problem.retryAfterSeconds() > 0) {
            context.response().putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(problem.retryAfterSeconds()));
        }
        context.response().setStatusCode(problem.status()).putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        send(context, problem.json(context.request().path()).toBuffer(), "application/problem+json");
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
        templates(path).forEach(template -> allowed.addAll(methodsByPath.get(template)));
        if (allowed.isEmpty()) {
            // Only the files match more than their template says.
            allowed.add(HttpMethod.GET.name());
            allowed.add(HttpMethod.HEAD.name());
        }
        return allowed;
    }

    private void time(String path, int status, long startedAtNanos) {
        Timer.builder("headcount.api.request")
                .description("time of a request to the public HTTP server that is no viewer's socket")
                .tag("route", path)
                .tag("status", Integer.toString(status))
                .register(metrics)
                .record(System.nanoTime() - startedAtNanos, TimeUnit.NANOSECONDS);
    }

    private Stream<String> templates(String path) {
        return methodsByPath.keySet().stream()
                .filter(template -> Pattern.matches(template.replaceAll(":\\w+", "[^/]+"), path));
    }

    /** The route that a request was for, of a fixed few; {@code none} where there is none. */
    private String template(RoutingContext context) {
        String template =
                context.currentRoute() == null ? null : context.currentRoute().getMetadata(TEMPLATE);
        // A request that failed has left its route.
        return template != null
                ? template
                : templates(context.request().path()).findFirst().orElse("none");
    }

    private static void send(RoutingContext context, JsonObject json) {
        if (json == null) {
            context.response().setStatusCode(204).end();
            return;
        }
        send(context, json.toBuffer(), "application/json");
    }

    private static void send(RoutingContext context, Table table) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        Buffer body = TableAnswer.prepare(context, table);
        if (body == null) {
            response.end();
        } else {
            send(context, body, response.headers().get(HttpHeaders.CONTENT_TYPE));
        }
    }

    private static void send(RoutingContext context, Buffer body, String type) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, type);
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
                    .end();
        } else {
            response.end(body);
        }
    }
}
