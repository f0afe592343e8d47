package io.headcount.api;

import io.headcount.model.DayTotals;
import io.headcount.model.Scope;
import io.headcount.model.SeriesPoint;
import io.headcount.model.SeriesRange;
import io.headcount.model.SharedClock;
import io.headcount.model.Subject;
import io.headcount.store.History;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Time series and growth of a stream, a broadcaster, a category and the platform, from the history reader. */
final class HistoryRoutes {
    private static final int USUAL_POINTS = 1_000;
    private static final List<String> POINT =
            List.of("at", "avg", "min", "max", "open", "close", "joins", "leaves", "coverage");
    private static final List<String> GROWTH = List.of(
            "period",
            "from",
            "to",
            "previousFrom",
            "viewerMinutes",
            "previousViewerMinutes",
            "viewerMinutesGrowth",
            "sessions",
            "previousSessions",
            "sessionsGrowth",
            "peakViewers",
            "previousPeakViewers",
            "peakViewersGrowth");
    private static final Map<String, Integer> PERIODS = periods();
    private static final int LONGEST_PERIOD_DAYS = 30;

    /** Rows of a bucket may come so late; what is older does not change any more. */
    private static final long CLOSED_AFTER_MILLIS = 3_600_000;

    private static final int MAX_AGE_SECONDS = 15;
    private static final int CLOSED_MAX_AGE_SECONDS = 300;

    private final History history;
    private final SharedClock clock;
    private final ZoneId zone;

    /** @param zone whose days are meant */
    HistoryRoutes(History history, SharedClock clock, ZoneId zone) {
        this.history = history;
        this.clock = clock;
        this.zone = zone;
    }

    void mount(RouteTable table) {
        mount(table, "/v1/streams/:stream", Scope.STREAM);
        mount(table, "/v1/broadcasters/:broadcaster", Scope.BROADCASTER);
        mount(table, "/v1/categories/:category", Scope.CATEGORY);
        mount(table, "/v1/platform", Scope.PLATFORM);
    }

    private void mount(RouteTable table, String path, Scope scope) {
        table.addTable(path + "/history", context -> history(context, scope));
        table.addTable(path + "/growth", context -> growth(context, scope));
    }

    private Future<Table> history(RoutingContext context, Scope scope) {
        long now = clock.nowMillis();
        Query query = new Query(context);
        Subject subject = query.path(scope);
        SeriesRange range = query.range(now, zone);
        long after = query.timeCursor();
        int limit = query.integer("limit", USUAL_POINTS, 1, History.MAX_POINTS);
        TableAnswer.csv(context, query);
        query.check();
        return history.series(subject, range.after(after), limit)
                .compose(points ->
                        known(subject, points.isEmpty()).map(known -> table(subject, range, points, limit, now)));
    }

    private static Table table(Subject subject, SeriesRange range, List<SeriesPoint> points, int limit, long now) {
        JsonObject head = head(subject)
                .put("from", time(range.fromMillis()))
                .put("to", time(range.toMillis()))
                .put("step", range.step().wire())
                .put("zone", range.zone().getId());
        String next = null;
        if (points.size() == limit) {
            long end = range.step().next(points.get(limit - 1).atMillis(), range.zone());
            next = end < range.toMillis() ? Query.cursor(Long.toString(end)) : null;
        }
        boolean closed = range.toMillis() < now - CLOSED_AFTER_MILLIS;
        return new Table(
                head,
                POINT,
                points.stream().map(HistoryRoutes::json).toList(),
                next,
                closed ? CLOSED_MAX_AGE_SECONDS : MAX_AGE_SECONDS);
    }

    static JsonObject json(SeriesPoint point) {
        return new JsonObject()
                .put("at", time(point.atMillis()))
                .put("avg", rounded(point.avg()))
                .put("min", point.min())
                .put("max", point.max())
                .put("open", point.open())
                .put("close", point.close())
                .put("joins", point.joins())
                .put("leaves", point.leaves())
                .put("coverage", rounded(point.coverage()));
    }

    private Future<Table> growth(RoutingContext context, Scope scope) {
        Query query = new Query(context);
        Subject subject = query.path(scope);
        TableAnswer.csv(context, query);
        query.check();
        LocalDate yesterday = LocalDate.ofInstant(Instant.ofEpochMilli(clock.nowMillis()), zone)
                .minusDays(1);
        return history.newestDay(yesterday).compose(newest -> {
            LocalDate end = (newest == null ? yesterday : newest).plusDays(1);
            return history.days(subject, end.minusDays(2L * LONGEST_PERIOD_DAYS), end)
                    .compose(days -> known(subject, days.isEmpty())
                            .map(known -> new Table(
                                    head(subject).put("zone", zone.getId()),
                                    GROWTH,
                                    growth(days, end),
                                    null,
                                    MAX_AGE_SECONDS)));
        });
    }

    private static List<JsonObject> growth(List<DayTotals> days, LocalDate end) {
        List<JsonObject> items = new ArrayList<>();
        PERIODS.forEach((name, length) -> {
            LocalDate start = end.minusDays(length);
            Sum now = Sum.of(days, start, end);
            Sum before = Sum.of(days, start.minusDays(length), start);
            items.add(new JsonObject()
                    .put("period", name)
                    .put("from", start.toString())
                    .put("to", end.toString())
                    .put("previousFrom", start.minusDays(length).toString())
                    .put("viewerMinutes", rounded(now.viewerMinutes))
                    .put("previousViewerMinutes", rounded(before.viewerMinutes))
                    .put("viewerMinutesGrowth", ratio(now.viewerMinutes, before.viewerMinutes))
                    .put("sessions", now.sessions)
                    .put("previousSessions", before.sessions)
                    .put("sessionsGrowth", ratio((double) now.sessions, (double) before.sessions))
                    .put("peakViewers", now.peak)
                    .put("previousPeakViewers", before.peak)
                    .put("peakViewersGrowth", ratio((double) now.peak, (double) before.peak)));
        });
        return items;
    }

    /** An unknown id is a 404, but only what is not in the books is asked for. */
    private Future<Void> known(Subject subject, boolean nothing) {
        return nothing ? known(history, subject) : Future.succeededFuture();
    }

    static Future<Void> known(History history, Subject subject) {
        return history.known(subject)
                .compose(known -> known
                        ? Future.succeededFuture()
                        : Future.failedFuture(Problem.notFound(
                                "There is no " + subject.scope().wire() + " " + subject.id() + ".")));
    }

    static JsonObject head(Subject subject) {
        return new JsonObject().put("scope", subject.scope().wire()).put("id", subject.id());
    }

    static String time(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
    }

    /** To a thousandth, which is more than anybody measures. */
    static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }

    /** By how much it grew, 0.1 for ten per cent; {@code null} from nothing. */
    static Double ratio(double now, double before) {
        return before == 0 ? null : Double.valueOf(rounded(now / before - 1));
    }

    private static Map<String, Integer> periods() {
        Map<String, Integer> periods = new LinkedHashMap<>();
        periods.put("day", 1);
        periods.put("week", 7);
        periods.put("month", LONGEST_PERIOD_DAYS);
        return periods;
    }

    /** Several days together. */
    record Sum(double viewerMinutes, long sessions, long peak) {
        static Sum of(List<DayTotals> days, LocalDate from, LocalDate to) {
            List<DayTotals> within = days.stream()
                    .filter(day -> !day.day().isBefore(from) && day.day().isBefore(to))
                    .toList();
            return new Sum(
                    within.stream().mapToDouble(DayTotals::viewerMinutes).sum(),
                    within.stream().mapToLong(DayTotals::sessions).sum(),
                    within.stream().mapToLong(DayTotals::peakViewers).max().orElse(0));
        }
    }
}
