package io.headcount.api;

import static io.headcount.api.HistoryRoutes.ratio;
import static io.headcount.api.HistoryRoutes.rounded;
import static io.headcount.api.HistoryRoutes.time;

import io.headcount.model.Broadcast;
import io.headcount.model.DayTotals;
import io.headcount.model.Scope;
import io.headcount.model.SeriesPoint;
import io.headcount.model.SeriesRange;
import io.headcount.model.SharedClock;
import io.headcount.model.Step;
import io.headcount.model.Subject;
import io.headcount.store.History;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;

/** Now against before: days against as many days before, the last hour against that of last week, broadcasts. */
final class CompareRoutes {
    private static final int USUAL_DAYS = 7;
    private static final int MOST_DAYS = 366;
    private static final long HOUR_MILLIS = Step.HOUR.millis();
    private static final long WEEK_MILLIS = 7 * 24 * HOUR_MILLIS;
    /** So long nobody may watch within one broadcast. */
    private static final long BREAK_MILLIS = HOUR_MILLIS / 2;
    /** Broadcasts that are older are not looked for. */
    private static final long BACK_MILLIS = 5 * WEEK_MILLIS;

    private final History history;
    private final SharedClock clock;
    private final ZoneId zone;

    /** @param history on the analytics reader */
    CompareRoutes(History history, SharedClock clock, ZoneId zone) {
        this.history = history;
        this.clock = clock;
        this.zone = zone;
    }

    Future<JsonObject> compare(RoutingContext context) {
        long now = clock.nowMillis();
        Query query = new Query(context);
        Subject subject = query.subject();
        Query.Days days = query.days(LocalDate.ofInstant(Instant.ofEpochMilli(now), zone), USUAL_DAYS, MOST_DAYS, zone);
        query.check();
        LocalDate before = days.from().minusDays(days.count());
        JsonObject answer = HistoryRoutes.head(subject).put("zone", zone.getId());
        return history.days(subject, before, days.to())
                .compose(rows -> {
                    answer.put("current", period(rows, days.from(), days.to()))
                            .put("previous", period(rows, before, days.from()));
                    answer.put("change", change(answer.getJsonObject("current"), answer.getJsonObject("previous")));
                    return hours(subject, now);
                })
                .compose(hours -> {
                    answer.put("hour", hours);
                    return subject.scope() == Scope.STREAM ? broadcasts(subject.id(), now, answer) : none(answer);
                })
                .compose(done -> nothing(answer) ? HistoryRoutes.known(history, subject) : Future.succeededFuture())
                .map(known -> answer);
    }

    private static boolean nothing(JsonObject answer) {
        return answer.getValue("broadcast") == null
                && answer.getJsonObject("current").getLong("sessions") == 0
                && answer.getJsonObject("previous").getLong("sessions") == 0;
    }

    private static JsonObject period(List<DayTotals> rows, LocalDate from, LocalDate to) {
        HistoryRoutes.Sum sum = HistoryRoutes.Sum.of(rows, from, to);
        return new JsonObject()
                .put("from", from.toString())
                .put("to", to.toString())
                .put("viewerMinutes", rounded(sum.viewerMinutes()))
                .put("sessions", sum.sessions())
                .put("peakViewers", sum.peak());
    }

    private static JsonObject change(JsonObject now, JsonObject before) {
        JsonObject change = new JsonObject();
        for (String name : List.of("viewerMinutes", "sessions", "peakViewers")) {
            change.put(name, ratio(now.getDouble(name), before.getDouble(name)));
        }
        return change;
    }

    /** The last whole hour, against the same a week before. */
    private Future<JsonObject> hours(Subject subject, long now) {
        long end = Step.HOUR.floor(now, zone);
        long start = end - HOUR_MILLIS;
        return average(subject, start)
                .compose(viewers -> average(subject, start - WEEK_MILLIS)
                        .map(lastWeek -> new JsonObject()
                                .put("at", time(start))
                                .put("avgViewers", viewers)
                                .put("lastWeekAt", time(start - WEEK_MILLIS))
                                .put("lastWeekAvgViewers", lastWeek)
                                .put("change", viewers == null || lastWeek == null ? null : ratio(viewers, lastWeek))));
    }

    /** {@code null} where the books say nothing. */
    private Future<Double> average(Subject subject, long hourMillis) {
        return history.series(subject, new SeriesRange(hourMillis, hourMillis + HOUR_MILLIS, Step.HOUR, zone), 1)
                .map(points -> points.stream()
                        .map(SeriesPoint::avg)
                        .map(HistoryRoutes::rounded)
                        .findFirst()
                        .orElse(null));
    }

    /** The newest broadcast of the stream, and the one before it: its own, or another of the same broadcaster's. */
    private Future<Void> broadcasts(String stream, long now, JsonObject answer) {
        return history.broadcasts(stream, now - BACK_MILLIS, BREAK_MILLIS).map(found -> {
            Broadcast newest = found.stream()
                    .filter(one -> one.stream().equals(stream))
                    .findFirst()
                    .orElse(null);
            Broadcast last = newest == null
                    ? null
                    : found.stream()
                            .filter(one -> one.toMillis() <= newest.fromMillis())
                            .findFirst()
                            .orElse(null);
            answer.put("broadcast", json(newest)).put("lastBroadcast", json(last));
            return null;
        });
    }

    private static Future<Void> none(JsonObject answer) {
        answer.putNull("broadcast").putNull("lastBroadcast");
        return Future.succeededFuture();
    }

    private static JsonObject json(Broadcast broadcast) {
        return broadcast == null
                ? null
                : new JsonObject()
                        .put("stream", broadcast.stream())
                        .put("from", time(broadcast.fromMillis()))
                        .put("to", time(broadcast.toMillis()))
                        .put("peakViewers", broadcast.peakViewers())
                        .put("avgViewers", rounded(broadcast.avgViewers()))
                        .put("viewerMinutes", rounded(broadcast.viewerMinutes()))
                        .put("joins", broadcast.joins());
    }
}
