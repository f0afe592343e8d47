package io.headcount.api;

import static io.headcount.api.HistoryRoutes.rounded;

import io.headcount.model.RankedBroadcaster;
import io.headcount.model.RankedStream;
import io.headcount.model.RisingStream;
import io.headcount.model.SharedClock;
import io.headcount.model.StreamInfo;
import io.headcount.store.LiveRankings;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Function;

/** Who is big now, and who is getting big. */
final class RankingRoutes {
    private final ApiRoutes.Books books;
    private final LiveCounts counts;
    private final SharedClock clock;
    private final long behindMillis;

    /** @param behindMillis how far the current counts in the books may be behind */
    RankingRoutes(ApiRoutes.Books books, LiveCounts counts, SharedClock clock, long behindMillis) {
        this.books = books;
        this.counts = counts;
        this.clock = clock;
        this.behindMillis = behindMillis;
    }

    void mount(RouteTable table) {
        table.add(HttpMethod.GET, "/v1/rankings", this::streams);
        table.add(HttpMethod.GET, "/v1/rankings/rising", this::rising);
        table.add(HttpMethod.GET, "/v1/rankings/broadcasters", this::broadcasters);
    }

    private Future<JsonObject> streams(RoutingContext context) {
        Requests.Page page = Requests.page(context);
        return books.store()
                .ranking(page.category(), page.after(), page.limit())
                .map(lines -> answer(lines, page, RankingRoutes::json, behindMillis));
    }

    private Future<JsonObject> rising(RoutingContext context) {
        Requests.Page page = Requests.page(context);
        return books.rankings()
                .rising(page.category(), page.after(), page.limit())
                .map(lines -> answer(lines, page, RankingRoutes::json, behindMillis + LiveRankings.SHARED_MILLIS));
    }

    private Future<JsonObject> broadcasters(RoutingContext context) {
        Requests.Page page = Requests.page(context);
        if (page.category() != null) {
            throw Problem.badRequest("Broadcasters are of no category: leave category out.");
        }
        return books.rankings()
                .broadcasters(page.after(), page.limit())
                .map(lines -> answer(lines, page, RankingRoutes::json, behindMillis + LiveRankings.SHARED_MILLIS));
    }

    private <T> JsonObject answer(List<T> lines, Requests.Page page, Function<T, JsonObject> json, long behindMillis) {
        JsonArray items = new JsonArray();
        lines.forEach(line -> items.add(json.apply(line)));
        return new JsonObject()
                .put("items", items)
                .put("next", lines.size() < page.limit() ? null : Requests.cursorAfter(page.after() + lines.size()))
                .put("asOf", clock.nowMillis() - behindMillis)
                .put("mode", counts.mode().wire());
    }

    private static JsonObject json(RankedStream line) {
        return stream(line.rank(), line.stream()).put("viewers", line.viewers()).put("change", line.change());
    }

    private static JsonObject json(RisingStream line) {
        return stream(line.rank(), line.stream())
                .put("viewers", line.viewers())
                .put("gain5", rounded(line.gain5()))
                .put("gain15", rounded(line.gain15()))
                .put("momentum", rounded(line.momentum()));
    }

    private static JsonObject stream(long rank, StreamInfo stream) {
        return new JsonObject()
                .put("rank", rank)
                .put("stream", stream.id())
                .put("title", stream.title())
                .put("broadcaster", stream.broadcaster())
                .put("category", stream.category());
    }

    private static JsonObject json(RankedBroadcaster line) {
        return new JsonObject()
                .put("rank", line.rank())
                .put("broadcaster", line.id())
                .put("name", line.name())
                .put("viewers", line.viewers())
                .put("streams", line.streams());
    }
}
