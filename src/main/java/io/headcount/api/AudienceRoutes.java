package io.headcount.api;

import static io.headcount.api.HistoryRoutes.rounded;
import static io.headcount.api.HistoryRoutes.time;

import io.headcount.model.Audience;
import io.headcount.model.Broadcast;
import io.headcount.model.Ids;
import io.headcount.model.Overlap;
import io.headcount.model.SeriesPoint;
import io.headcount.model.SeriesRange;
import io.headcount.model.SharedClock;
import io.headcount.model.Step;
import io.headcount.model.Subject;
import io.headcount.store.Analysis;
import io.headcount.store.History;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Who stayed how long, when people watch, and who watches two streams; from finished sessions and the history. */
final class AudienceRoutes {
    private static final long DAY_MILLIS = 86_400_000;
    private static final int USUAL_DAYS = 7;
    /** Sessions are kept for 30 days unless retention.sessionDays says otherwise. */
    private static final int MOST_DAYS = 92;

    private static final int USUAL_WEEKS = 4;
    private static final int MOST_WEEKS = 8;
    private static final long BREAK_MILLIS = 1_800_000;
    private static final int HOURS_A_DAY = 24;
    private static final int MAX_AGE_SECONDS = 60;
    private static final int[] MARKS = {0, 1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240};
    private static final int[] BOUNDS = {0, 1, 2, 5, 10, 15, 30, 60, 120, 240};

    private static final List<String> RETENTION = List.of("minutes", "viewers", "share");
    private static final List<String> WATCH_TIME = List.of("fromMinutes", "toMinutes", "viewers", "share");
    private static final List<String> HEAT_MAP = List.of("weekday", "hour", "avgViewers", "hours");

    private final Analysis analysis;
    private final History reports;
    private final SharedClock clock;
    private final ZoneId zone;

    /** @param reports on the analytics reader */
    AudienceRoutes(Analysis analysis, History reports, SharedClock clock, ZoneId zone) {
        this.analysis = analysis;
        this.reports = reports;
        this.clock = clock;
        this.zone = zone;
    }

    void mount(RouteTable table) {
        table.addTable("/v1/analytics/retention", context -> stays(context, RETENTION, AudienceRoutes::retention));
        table.addTable("/v1/analytics/watch-time", context -> stays(context, WATCH_TIME, AudienceRoutes::watchTime));
        table.addTable("/v1/analytics/heatmap", this::heatMap);
        table.add(HttpMethod.GET, "/v1/analytics/overlap", this::overlap);
    }

    private Future<Table> stays(
            RoutingContext context, List<String> columns, Function<Audience, List<JsonObject>> items) {
        Query query = new Query(context);
        String stream = query.id("stream");
        if (stream == null) {
            query.refuse("name the stream (?stream=a)");
        }
        boolean given = query.text("from") != null || query.text("to") != null;
        Span asked = span(query, 1);
        TableAnswer.csv(context, query);
        query.check();
        Future<Span> span = given ? Future.succeededFuture(asked) : newestBroadcast(stream, asked);
        return span.compose(time -> analysis.audience(stream, time.from, time.to)
                .compose(audience -> known(stream, audience.viewers() == 0)
                        .map(known -> new Table(
                                new JsonObject()
                                        .put("stream", stream)
                                        .put("from", time(time.from))
                                        .put("to", time(time.to))
                                        .put("viewers", audience.viewers())
                                        .put("medianMinutes", audience.medianMinutes())
                                        .put("avgWatchSeconds", rounded(average(audience))),
                                columns,
                                items.apply(audience),
                                null,
                                MAX_AGE_SECONDS))));
    }

    /** When the newest broadcast was; the last day where the history knows of none. */
    private Future<Span> newestBroadcast(String stream, Span lastDay) {
        return reports.broadcasts(stream, lastDay.to - MOST_DAYS * DAY_MILLIS, BREAK_MILLIS)
                .map(found -> found.stream()
                        .filter(one -> one.stream().equals(stream))
                        .findFirst()
                        .map(AudienceRoutes::spanOf)
                        .orElse(lastDay));
    }

    private static Span spanOf(Broadcast broadcast) {
        return new Span(broadcast.fromMillis(), broadcast.toMillis());
    }

    private static double average(Audience audience) {
        return audience.viewers() == 0 ? 0 : audience.watchSeconds() / audience.viewers();
    }

    private static List<JsonObject> retention(Audience audience) {
        return IntStream.of(MARKS)
                .mapToObj(minutes -> new JsonObject()
                        .put("minutes", minutes)
                        .put("viewers", audience.stayed(minutes))
                        .put("share", share(audience.stayed(minutes), audience.viewers())))
                .toList();
    }

    private static List<JsonObject> watchTime(Audience audience) {
        List<JsonObject> items = new ArrayList<>();
        for (int i = 0; i < BOUNDS.length; i++) {
            boolean last = i == BOUNDS.length - 1;
            long viewers = last ? audience.stayed(BOUNDS[i]) : audience.stayedBetween(BOUNDS[i], BOUNDS[i + 1]);
            items.add(new JsonObject()
                    .put("fromMinutes", BOUNDS[i])
                    .put("toMinutes", last ? null : BOUNDS[i + 1])
                    .put("viewers", viewers)
                    .put("share", share(viewers, audience.viewers())));
        }
        return items;
    }

    private Future<Table> heatMap(RoutingContext context) {
        Query query = new Query(context);
        Subject subject = query.subject();
        int weeks = query.integer("weeks", USUAL_WEEKS, 1, MOST_WEEKS);
        TableAnswer.csv(context, query);
        query.check();
        long to = Step.HOUR.floor(clock.nowMillis(), zone);
        long from = to - weeks * 7L * DAY_MILLIS;
        return reports.series(subject, new SeriesRange(from, to, Step.HOUR, zone), History.MAX_POINTS)
                .compose(points -> (points.isEmpty()
                                ? HistoryRoutes.known(reports, subject)
                                : Future.<Void>succeededFuture())
                        .map(known -> new Table(
                                HistoryRoutes.head(subject)
                                        .put("from", time(from))
                                        .put("to", time(to))
                                        .put("zone", zone.getId()),
                                HEAT_MAP,
                                cells(points),
                                null,
                                MAX_AGE_SECONDS)));
    }

    /** Averages of the hours that the books know of; Monday is 1. */
    private List<JsonObject> cells(List<SeriesPoint> points) {
        Map<Integer, List<Double>> byCell = new TreeMap<>();
        for (SeriesPoint point : points) {
            ZonedDateTime at = Instant.ofEpochMilli(point.atMillis()).atZone(zone);
            int cell = at.getDayOfWeek().getValue() * HOURS_A_DAY + at.getHour();
            byCell.computeIfAbsent(cell, first -> new ArrayList<>()).add(point.avg());
        }
        List<JsonObject> cells = new ArrayList<>();
        byCell.forEach((cell, values) -> cells.add(new JsonObject()
                .put("weekday", cell / HOURS_A_DAY)
                .put("hour", cell % HOURS_A_DAY)
                .put(
                        "avgViewers",
                        rounded(values.stream()
                                .mapToDouble(Double::doubleValue)
                                .average()
                                .orElse(0)))
                .put("hours", values.size())));
        return cells;
    }

    private Future<JsonObject> overlap(RoutingContext context) {
        Query query = new Query(context);
        List<String> streams = context.queryParam("stream");
        if (streams.size() != 2 || streams.get(0).equals(streams.get(1))) {
            query.refuse("name two different streams (?stream=a&stream=b)");
        }
        if (!streams.stream().allMatch(Ids::valid)) {
            query.refuse("each stream's id must be " + Ids.RULE);
        }
        Span span = span(query, USUAL_DAYS);
        query.check();
        return analysis.overlap(streams.get(0), streams.get(1), span.from, span.to)
                .compose(found -> known(streams.get(0), found.first() == 0)
                        .compose(known -> known(streams.get(1), found.second() == 0))
                        .map(known -> json(streams, span, found)));
    }

    private static JsonObject json(List<String> streams, Span span, Overlap found) {
        return new JsonObject()
                .put("streams", new JsonArray(streams))
                .put("from", time(span.from))
                .put("to", time(span.to))
                .put("viewers", new JsonArray(List.of(found.first(), found.second())))
                .put("both", found.both())
                .put("either", found.either())
                .put(
                        "shares",
                        new JsonArray(List.of(share(found.both(), found.first()), share(found.both(), found.second()))))
                .put("similarity", share(found.both(), found.either()));
    }

    private Span span(Query query, int usualDays) {
        long to = query.time("to", clock.nowMillis(), zone);
        long from = query.time("from", to - usualDays * DAY_MILLIS, zone);
        if (from >= to) {
            query.refuse("from must be before to");
        } else if (to - from > MOST_DAYS * DAY_MILLIS) {
            query.refuse("from and to must be at most " + MOST_DAYS + " days apart");
        }
        return new Span(from, to);
    }

    private Future<Void> known(String stream, boolean nothing) {
        return nothing ? HistoryRoutes.known(reports, Subject.stream(stream)) : Future.succeededFuture();
    }

    /** Of nothing, nothing. */
    private static double share(long part, long whole) {
        return whole == 0 ? 0 : rounded((double) part / whole);
    }

    private record Span(long from, long to) {}
}
