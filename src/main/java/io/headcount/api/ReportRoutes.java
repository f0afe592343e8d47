package io.headcount.api;

import static io.headcount.api.HistoryRoutes.ratio;
import static io.headcount.api.HistoryRoutes.rounded;

import io.headcount.model.DayTotals;
import io.headcount.model.Revenue;
import io.headcount.model.Scope;
import io.headcount.model.SharedClock;
import io.headcount.model.Subject;
import io.headcount.store.Analysis;
import io.headcount.store.History;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Reports from the daily statistics: days as they were, how they develop, what they are estimated to have earned. */
final class ReportRoutes {
    private static final int USUAL_DAYS = 7;
    private static final int MOST_DAYS = 400;
    private static final int WEEK_DAYS = 7;
    private static final int USUAL_LINES = 100;
    private static final int MAX_AGE_SECONDS = 60;
    private static final String METHOD = "viewer minutes / 1000 x the category's cpm on the day they were watched";

    private static final List<String> DAY = List.of(
            "day",
            "scope",
            "id",
            "title",
            "broadcaster",
            "category",
            "viewers",
            "newViewers",
            "returningViewers",
            "sessions",
            "watchSeconds",
            "avgWatchSeconds",
            "viewerMinutes",
            "avgViewers",
            "peakViewers",
            "peakAt",
            "liveSeconds",
            "revenueEstimate",
            "computedAt");
    private static final List<String> TREND = List.of(
            "day",
            "viewers",
            "sessions",
            "peakViewers",
            "viewerMinutes",
            "weekAvgViewerMinutes",
            "dayGrowth",
            "weekGrowth");
    private static final List<String> REVENUE = List.of("category", "viewerMinutes", "cpm", "revenueEstimate");

    private final Analysis analysis;
    private final History reports;
    private final SharedClock clock;
    private final ZoneId zone;

    /** @param reports on the analytics reader */
    ReportRoutes(Analysis analysis, History reports, SharedClock clock, ZoneId zone) {
        this.analysis = analysis;
        this.reports = reports;
        this.clock = clock;
        this.zone = zone;
    }

    void mount(RouteTable table) {
        table.addTable("/v1/analytics/daily", this::daily);
        table.addTable("/v1/analytics/trends", this::trends);
        table.addTable("/v1/analytics/revenue", this::revenue);
    }

    private Future<Table> daily(RoutingContext context) {
        Query query = new Query(context);
        Subject subject = query.subject();
        Scope scope = scope(query, subject);
        Query.Days days = query.days(today(), USUAL_DAYS, MOST_DAYS, zone);
        Analysis.Line after = line(query);
        int limit = query.integer("limit", USUAL_LINES, 1, Analysis.MAX_LINES);
        TableAnswer.csv(context, query);
        query.check();
        boolean one = scope == subject.scope();
        Future<List<DayTotals>> rows = one
                ? reports.days(
                                subject,
                                after == null ? days.from() : after.day().plusDays(1),
                                days.to())
                        .map(all -> all.stream().limit(limit).toList())
                : analysis.daily(scope, days.from(), days.to(), after, limit);
        return rows.compose(found -> known(subject, one && after == null && found.isEmpty())
                .map(known -> new Table(
                        head(one ? subject : new Subject(scope, null), days),
                        DAY,
                        found.stream().map(ReportRoutes::json).toList(),
                        found.size() < limit ? null : cursorAfter(found.get(limit - 1)),
                        MAX_AGE_SECONDS)));
    }

    /** Whose days are listed: the subject's, or those of everything of a scope. */
    private static Scope scope(Query query, Subject subject) {
        String name = query.text("scope");
        if (name == null) {
            return subject.scope();
        }
        Scope scope = Stream.of(Scope.values())
                .filter(one -> one.wire().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(null);
        if (scope == null) {
            query.refuse("scope must be stream, broadcaster, category or platform");
        } else if (subject.scope() != Scope.PLATFORM && subject.scope() != scope) {
            query.refuse("scope lists everything of a kind: leave stream, broadcaster and category out with it");
        }
        return scope == null ? subject.scope() : scope;
    }

    private static Analysis.Line line(Query query) {
        String place = query.cursor();
        if (place == null) {
            return null;
        }
        try {
            // A date has ten characters.
            return new Analysis.Line(LocalDate.parse(place.substring(0, 10)), place.substring(10));
        } catch (DateTimeException | IndexOutOfBoundsException e) {
            query.refuse("cursor must be the \"next\" of an earlier answer");
            return null;
        }
    }

    private static String cursorAfter(DayTotals day) {
        return Query.cursor(day.day() + day.subject().id());
    }

    private Future<Table> trends(RoutingContext context) {
        Query query = new Query(context);
        Subject subject = query.subject();
        Query.Days days = query.days(today(), USUAL_DAYS, MOST_DAYS, zone);
        TableAnswer.csv(context, query);
        query.check();
        return reports.days(subject, days.from().minusDays(WEEK_DAYS), days.to())
                .compose(rows -> known(subject, rows.isEmpty())
                        .map(known -> new Table(
                                head(subject, days).put("zone", zone.getId()),
                                TREND,
                                trend(rows, days),
                                null,
                                MAX_AGE_SECONDS)));
    }

    private static List<JsonObject> trend(List<DayTotals> rows, Query.Days days) {
        Map<LocalDate, DayTotals> byDay = new HashMap<>();
        rows.forEach(row -> byDay.put(row.day(), row));
        List<JsonObject> items = new ArrayList<>();
        for (LocalDate day = days.from(); day.isBefore(days.to()); day = day.plusDays(1)) {
            DayTotals row = byDay.get(day);
            if (row != null) {
                LocalDate through = day;
                double week = Stream.iterate(0, i -> i < WEEK_DAYS, i -> i + 1)
                        .map(i -> byDay.get(through.minusDays(i)))
                        .filter(Objects::nonNull)
                        .mapToDouble(DayTotals::viewerMinutes)
                        .average()
                        .orElse(0);
                items.add(new JsonObject()
                        .put("day", day.toString())
                        .put("viewers", row.viewers())
                        .put("sessions", row.sessions())
                        .put("peakViewers", row.peakViewers())
                        .put("viewerMinutes", rounded(row.viewerMinutes()))
                        .put("weekAvgViewerMinutes", rounded(week))
                        .put("dayGrowth", growth(row, byDay.get(day.minusDays(1))))
                        .put("weekGrowth", growth(row, byDay.get(day.minusDays(WEEK_DAYS)))));
            }
        }
        return items;
    }

    private static Double growth(DayTotals now, DayTotals before) {
        return before == null ? null : ratio(now.viewerMinutes(), before.viewerMinutes());
    }

    private Future<Table> revenue(RoutingContext context) {
        Query query = new Query(context);
        Subject subject = query.subject();
        Query.Days days = query.days(today(), USUAL_DAYS, MOST_DAYS, zone);
        TableAnswer.csv(context, query);
        query.check();
        return analysis.revenue(subject, days.from(), days.to())
                .compose(found -> known(subject, found.isEmpty())
                        .map(known -> new Table(
                                head(subject, days)
                                        .put("estimate", true)
                                        .put("method", METHOD)
                                        .put("total", total(found)),
                                REVENUE,
                                found.stream().map(ReportRoutes::json).toList(),
                                null,
                                MAX_AGE_SECONDS)));
    }

    private static double total(List<Revenue> found) {
        return rounded(found.stream()
                .filter(one -> one.estimate() != null)
                .mapToDouble(Revenue::estimate)
                .sum());
    }

    private Future<Void> known(Subject subject, boolean nothing) {
        return nothing ? HistoryRoutes.known(reports, subject) : Future.succeededFuture();
    }

    private LocalDate today() {
        return LocalDate.ofInstant(Instant.ofEpochMilli(clock.nowMillis()), zone);
    }

    private static JsonObject head(Subject subject, Query.Days days) {
        return HistoryRoutes.head(subject)
                .put("from", days.from().toString())
                .put("to", days.to().toString());
    }

    private static JsonObject json(DayTotals day) {
        return new JsonObject()
                .put("day", day.day().toString())
                .put("scope", day.subject().scope().wire())
                .put("id", day.subject().id())
                .put("title", day.title())
                .put("broadcaster", day.broadcaster())
                .put("category", day.category())
                .put("viewers", day.viewers())
                .put("newViewers", day.newViewers())
                .put("returningViewers", day.returningViewers())
                .put("sessions", day.sessions())
                .put("watchSeconds", day.watchSeconds())
                .put("avgWatchSeconds", rounded(day.avgWatchSeconds()))
                .put("viewerMinutes", rounded(day.viewerMinutes()))
                .put("avgViewers", rounded(day.avgViewers()))
                .put("peakViewers", day.peakViewers())
                .put("peakAt", HistoryRoutes.time(day.peakAtMillis()))
                .put("liveSeconds", day.liveSeconds())
                .put("revenueEstimate", day.revenueEstimate() == null ? null : rounded(day.revenueEstimate()))
                .put("computedAt", HistoryRoutes.time(day.computedAtMillis()));
    }

    private static JsonObject json(Revenue revenue) {
        return new JsonObject()
                .put("category", revenue.category())
                .put("viewerMinutes", rounded(revenue.viewerMinutes()))
                .put("cpm", revenue.cpm())
                .put("revenueEstimate", revenue.estimate() == null ? null : rounded(revenue.estimate()));
    }
}
