package io.headcount.api;

import static io.headcount.api.HistoryRoutes.rounded;
import static io.headcount.api.HistoryRoutes.time;

import io.headcount.forecast.DayAhead;
import io.headcount.forecast.Gaps;
import io.headcount.model.SeriesPoint;
import io.headcount.model.SeriesRange;
import io.headcount.model.SharedClock;
import io.headcount.model.Step;
import io.headcount.model.Subject;
import io.headcount.store.History;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What to expect in the next 24 hours, from the history of up to five weeks. */
final class ForecastRoutes {
    private static final long HOUR_MILLIS = Step.HOUR.millis();
    private static final int DAY_HOURS = 24;
    private static final int MAX_AGE_SECONDS = 60;
    private static final int MOST_REMEMBERED = 256;
    private static final List<String> COLUMNS = List.of("at", "viewers", "low", "high");
    private static final String METHOD =
            "Holt-Winters, additive season, damped trend; low and high are to hold nine of ten hours";

    private final Vertx vertx;
    private final History history;
    private final SharedClock clock;
    private final ZoneId zone;
    /** What was computed in the hour that runs; a fit takes some tenths of a second. */
    private final Map<Subject, Remembered> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Subject, Remembered> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private record Remembered(long hourMillis, Future<Table> table) {}

    /** @param history on the analytics reader */
    ForecastRoutes(Vertx vertx, History history, SharedClock clock, ZoneId zone) {
        this.vertx = vertx;
        this.history = history;
        this.clock = clock;
        this.zone = zone;
    }

    void mount(RouteTable table) {
        table.addTable("/v1/analytics/forecast", this::forecast);
    }

    private Future<Table> forecast(RoutingContext context) {
        Query query = new Query(context);
        Subject subject = query.subject();
        TableAnswer.csv(context, query);
        query.check();
        long hour = Step.HOUR.floor(clock.nowMillis(), zone);
        Remembered known = remembered.get(subject);
        if (known == null || known.hourMillis != hour || known.table.failed()) {
            known = new Remembered(hour, compute(subject, hour));
            remembered.put(subject, known);
        }
        return known.table;
    }

    /** @param to the hour that runs: it is the first that is forecast */
    private Future<Table> compute(Subject subject, long to) {
        SeriesRange range = new SeriesRange(to - DayAhead.MOST_HOURS * HOUR_MILLIS, to, Step.HOUR, zone);
        return history.series(subject, range, DayAhead.MOST_HOURS).compose(points -> {
            if (points.isEmpty()) {
                return HistoryRoutes.known(history, subject).map(isKnown -> table(subject, to, 0, null));
            }
            return vertx.executeBlocking(() -> of(subject, to, points), false);
        });
    }

    private static Table of(Subject subject, long to, List<SeriesPoint> points) {
        double[] hours = Gaps.filled(points, to, HOUR_MILLIS, DAY_HOURS);
        return table(subject, to, hours.length, hours.length < DayAhead.LEAST_HOURS ? null : DayAhead.of(hours));
    }

    /** @param ahead {@code null} where too little is known */
    private static Table table(Subject subject, long to, int hours, DayAhead ahead) {
        JsonObject head = HistoryRoutes.head(subject)
                .put("from", time(to))
                .put("to", time(to + DAY_HOURS * HOUR_MILLIS))
                .put("method", METHOD)
                .put("historyHours", hours)
                .put("seasonHours", ahead == null ? null : ahead.seasonHours())
                .put("error", ahead == null || ahead.heldOutDays() == 0 ? null : error(ahead));
        List<JsonObject> items = new ArrayList<>();
        for (int h = 0; ahead != null && h < DAY_HOURS; h++) {
            items.add(new JsonObject()
                    .put("at", time(to + h * HOUR_MILLIS))
                    .put("viewers", rounded(ahead.expected().get(h)))
                    .put("low", rounded(ahead.low().get(h)))
                    .put("high", rounded(ahead.high().get(h))));
        }
        return new Table(head, COLUMNS, items, null, MAX_AGE_SECONDS);
    }

    private static JsonObject error(DayAhead ahead) {
        double mean = Math.max(1e-9, ahead.meanOfHeldOut());
        return new JsonObject()
                .put("heldOutDays", ahead.heldOutDays())
                .put("meanAbsolute", rounded(ahead.meanError()))
                .put("share", rounded(ahead.meanError() / mean))
                .put("shareOfRepeatingTheLastSeason", rounded(ahead.naiveError() / mean));
    }
}
