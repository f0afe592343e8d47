package io.headcount.api;

import io.headcount.bus.Bus;
import io.headcount.config.HeadcountConfig;
import io.headcount.config.HeadcountConfig.Registration;
import io.headcount.config.Role;
import io.headcount.model.Count;
import io.headcount.model.SharedClock;
import io.headcount.model.StreamInfo;
import io.headcount.store.Analysis;
import io.headcount.store.BookStore;
import io.headcount.store.CounterStore;
import io.headcount.store.History;
import io.headcount.store.LiveRankings;
import io.headcount.store.MasterData;
import io.headcount.store.Readiness;
import io.headcount.store.StreamEnds;
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
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/** The public API. One instance an event loop: made by {@link #router} on the context that serves it. */
public final class ApiRoutes {
    private static final int MOST_BODY_BYTES = 65_536;
    /** A ranking is of counts that are written every books.flushMillis; within two of them for certain. */
    private static final int FLUSHES_BEHIND = 2;

    private final HeadcountConfig config;
    private final CounterStore counters;
    private final StreamEnds ends;
    private final Books books;
    private final OperatorToken token;
    private final Readiness readiness;
    private final SharedClock clock;
    private final MeterRegistry metrics;
    private final Description description;
    private BeatRoutes beats;

    /**
     * What MySQL is asked, and by which reader it is answered.
     *
     * @param store master data of streams (writer) and their ranking (ranking reader)
     * @param history of the history reader
     * @param reports the same of the analytics reader
     * @param analysis of the analytics reader
     * @param rankings of the ranking reader
     * @param masterData of the writer
     */
    public record Books(
            BookStore store,
            History history,
            History reports,
            Analysis analysis,
            LiveRankings rankings,
            MasterData masterData) {}

    /** @param books may be {@code null} on a node without the role {@code api} */
    public ApiRoutes(
            HeadcountConfig config,
            CounterStore counters,
            StreamEnds ends,
            Books books,
            Readiness readiness,
            SharedClock clock,
            MeterRegistry metrics) {
        this.config = config;
        this.counters = counters;
        this.ends = ends;
        this.books = books;
        this.token = new OperatorToken(config.auth().adminToken());
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
            new RankingRoutes(
                            books,
                            counts,
                            clock,
                            (long) FLUSHES_BEHIND * config.books().flushMillis())
                    .mount(table);
            EndRoutes endings = new EndRoutes(books.masterData(), ends, token, clock, Bus.of(vertx));
            endings.mount(table, this::known);
            table.addWithBody(
                    HttpMethod.PUT,
                    "/v1/streams/:stream",
                    BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES),
                    context -> putStream(context, endings));
            if (beats != null) {
                beats.mount(table, this::known);
            }
            new MasterDataRoutes(books.masterData(), token, MOST_BODY_BYTES).mount(table);
            mountPast(vertx, table);
            table.addText("/openapi.yaml", "application/yaml", description.yaml());
            table.addText("/openapi.json", "application/json", description.json());
            table.addFiles(
                    StaticHandler.create("webroot").setDirectoryListing(false).setIncludeHidden(false),
                    Map.of("/docs", "/docs.html"));
        }
        return table.router();
    }

    private void mountPast(Vertx vertx, RouteTable table) {
        ZoneId zone = config.statistics().zone();
        new HistoryRoutes(books.history(), clock, zone).mount(table);
        new ReportRoutes(books.analysis(), books.reports(), clock, zone).mount(table);
        new AudienceRoutes(books.analysis(), books.reports(), clock, zone).mount(table);
        CompareRoutes compare = new CompareRoutes(books.reports(), clock, zone);
        table.add(HttpMethod.GET, "/v1/analytics/compare", compare::compare);
        new ForecastRoutes(vertx, books.reports(), clock, zone).mount(table);
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

    private Future<JsonObject> putStream(RoutingContext context, EndRoutes endings) {
        token.require(context);
        String id = Requests.stream(context);
        Future<StreamInfo> saved = books.store().saveStream(Requests.streamInfo(context, id));
        // The only status that can be set.
        boolean reopens = Requests.body(context, "stream").getString("status") != null;
        return reopens ? saved.compose(info -> endings.reopen(id).map(json(info))) : saved.map(ApiRoutes::json);
    }

    private Future<Void> known(String stream) {
        if (config.streams().registration() == Registration.OPEN) {
            return Future.succeededFuture();
        }
        return books.store().stream(stream)
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

    private static JsonObject json(StreamInfo stream) {
        return new JsonObject()
                .put("id", stream.id())
                .put("title", stream.title())
                .put("broadcaster", stream.broadcaster())
                .put("category", stream.category());
    }
}
