package io.headcount.api;

import io.headcount.bus.Bus;
import io.headcount.config.HeadcountConfig;
import io.headcount.config.HeadcountConfig.Registration;
import io.headcount.config.Role;
import io.headcount.model.Count;
import io.headcount.model.RankedStream;
import io.headcount.model.SharedClock;
import io.headcount.model.StreamInfo;
import io.headcount.store.BookStore;
import io.headcount.store.CounterStore;
import io.headcount.store.Readiness;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.StaticHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The public API. One instance an event loop: made by {@link #router} on the context that serves it. */
public final class ApiRoutes {
    private static final int MOST_BODY_BYTES = 65_536;
    /** A ranking is of counts that are written every books.flushMillis; within two of them for certain. */
    private static final int FLUSHES_BEHIND = 2;

    private static final String SCHEME = "Bearer ";

    private final HeadcountConfig config;
    private final CounterStore counters;
    private final BookStore books;
    private final Readiness readiness;
    private final SharedClock clock;
    private final MeterRegistry metrics;
    private final Description description;
    private BeatRoutes beats;

    /** @param books may be {@code null} on a node without the role {@code api} */
    public ApiRoutes(
            HeadcountConfig config,
            CounterStore counters,
            BookStore books,
            Readiness readiness,
            SharedClock clock,
            MeterRegistry metrics) {
        this.config = config;
        this.counters = counters;
        this.books = books;
        this.readiness = readiness;
        this.clock = clock;
        this.metrics = metrics;
        this.description = Description.load();
    }

    /** With the routes of viewers without WebSocket. */
    public ApiRoutes with(BeatRoutes routes) {
        this.beats = routes;
        return this;
    }

    /** A router for the current context. A node without the role {@code api} answers health only. */
    public Router router(Vertx vertx) {
        RouteTable table = new RouteTable(vertx, metrics, config.webSocket().allowedOrigins());
        HealthRoutes.mount(table, readiness);
        if (config.has(Role.API)) {
            LiveCounts counts = new LiveCounts(Bus.of(vertx), counters);
            table.add(HttpMethod.GET, "/v1/streams/:stream/viewers", context -> viewers(context, counts));
            table.add(HttpMethod.GET, "/v1/viewers", context -> manyViewers(context, counts));
            table.add(HttpMethod.GET, "/v1/rankings", context -> rankings(context, counts));
            table.addWithBody(
                    HttpMethod.PUT,
                    "/v1/streams/:stream",
                    BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES),
                    this::putStream);
            if (beats != null) {
                beats.mount(table, this::known);
            }
            table.addText("/openapi.yaml", "application/yaml", description.yaml());
            table.addText("/openapi.json", "application/json", description.json());
            table.addFiles(
                    StaticHandler.create("webroot").setDirectoryListing(false).setIncludeHidden(false),
                    Map.of("/docs", "/docs.html"));
        }
        return table.router();
    }

    private Future<JsonObject> viewers(RoutingContext context, LiveCounts counts) {
        String stream = Requests.stream(context);
        return known(stream).compose(known -> counts.of(List.of(stream))).map(found -> json(found.get(0)));
    }

    private Future<JsonObject> manyViewers(RoutingContext context, LiveCounts counts) {
        return counts.of(Requests.streams(context)).map(found -> {
            JsonArray items = new JsonArray();
            found.forEach(count -> items.add(json(count)));
            return new JsonObject().put("items", items);
        });
    }

    private Future<JsonObject> rankings(RoutingContext context, LiveCounts counts) {
        Requests.Page page = Requests.page(context);
        return books.ranking(page.category(), page.after(), page.limit()).map(ranked -> {
            JsonArray items = new JsonArray();
            ranked.forEach(line -> items.add(json(line)));
            String next = ranked.size() < page.limit() ? null : Requests.cursorAfter(page.after() + ranked.size());
            return new JsonObject()
                    .put("items", items)
                    .put("next", next)
                    .put(
                            "asOf",
                            clock.nowMillis()
                                    - (long) FLUSHES_BEHIND * config.books().flushMillis())
                    .put("mode", counts.mode().wire());
        });
    }

    private Future<JsonObject> putStream(RoutingContext context) {
        authorize(context);
        String id = Requests.stream(context);
        return books.saveStream(Requests.streamInfo(context, id)).map(ApiRoutes::json);
    }

    /** Master data needs the operators' token, in every mode. */
    private void authorize(RoutingContext context) {
        String token = config.auth().adminToken();
        if (token.isEmpty()) {
            throw Problem.unavailable(
                    "Master data cannot be changed: set auth.adminToken (or the environment"
                            + " variable HEADCOUNT_AUTH_ADMIN_TOKEN) and start the node again.",
                    0);
        }
        String given = context.request().getHeader("Authorization");
        // The scheme's name is case-insensitive (RFC 9110, 11.1), the token is not.
        boolean bearer = given != null && given.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        byte[] sent = (bearer ? given.substring(SCHEME.length()) : "").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(sent, token.getBytes(StandardCharsets.UTF_8))) {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"headcount\"");
            throw Problem.unauthorized("Send the operators' token (auth.adminToken) as Authorization: Bearer TOKEN.");
        }
    }

    private Future<Void> known(String stream) {
        if (config.streams().registration() == Registration.OPEN) {
            return Future.succeededFuture();
        }
        return books.stream(stream)
                .compose(info -> info == null
                        ? Future.failedFuture(Problem.notFound("There is no stream " + stream + "."))
                        : Future.succeededFuture());
    }

    private static JsonObject json(Count count) {
        JsonObject peak = new JsonObject()
                .put("viewers", count.peakViewers())
                .put(
                        "at",
                        count.peakAtMillis() == 0
                                ? null
                                : Instant.ofEpochMilli(count.peakAtMillis()).toString());
        return new JsonObject()
                .put("stream", count.stream())
                .put("viewers", count.viewers())
                .put("sessions", count.sessions())
                .put("peak", peak)
                .put("asOf", count.asOfMillis())
                .put("maxStalenessMillis", LiveCounts.MAX_STALENESS_MILLIS)
                .put("mode", count.mode().wire());
    }

    private static JsonObject json(RankedStream line) {
        StreamInfo stream = line.stream();
        return new JsonObject()
                .put("rank", line.rank())
                .put("stream", stream.id())
                .put("title", stream.title())
                .put("broadcaster", stream.broadcaster())
                .put("category", stream.category())
                .put("viewers", line.viewers())
                .put("change", line.change());
    }

    private static JsonObject json(StreamInfo stream) {
        return new JsonObject()
                .put("id", stream.id())
                .put("title", stream.title())
                .put("broadcaster", stream.broadcaster())
                .put("category", stream.category());
    }
}
