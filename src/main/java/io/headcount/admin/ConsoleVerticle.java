package io.headcount.admin;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.model.Count;
import io.headcount.model.SharedClock;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers what the nodes and the owners say, tells the browsers at this node, and answers their questions. */
public final class ConsoleVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleVerticle.class);
    private static final int TELL_MILLIS = 1_000;
    private static final long SILENT_MILLIS = 3_500;
    private static final int MAX_NODES = 1_000;
    private static final int CURVE_SECONDS = 5;
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_OFFSET = LiveView.MAX_STREAMS;
    private static final int MAX_SEARCH = 64;

    private final LiveView view = new LiveView();
    private final Map<String, Heard> nodes = new TreeMap<>();
    private Bus bus;

    @Override
    public Future<?> start() {
        bus = Bus.of(vertx);
        vertx.setPeriodic(TELL_MILLIS, timer -> tell());
        List<Future<Void>> ready = new ArrayList<>();
        ready.add(bus.consume(Addresses.COUNTS, counts -> view.offer(counts.counts(), now()))
                .completion());
        ready.add(bus.consume(Addresses.NODE_STATUS, this::onStatus).completion());
        ready.add(answers(bus.answerBrowsers(Addresses.COMMAND_CURVE, question -> curve())));
        ready.add(answers(bus.answerBrowsers(Addresses.COMMAND_STREAMS, this::streams)));
        return Future.all(ready);
    }

    private static Future<Void> answers(MessageConsumer<JsonObject> consumer) {
        return consumer.completion();
    }

    private void onStatus(Message.NodeStatus status) {
        Heard before = nodes.get(status.node());
        if (before == null && nodes.size() >= MAX_NODES) {
            LOG.debug("a node is not shown, there are too many node={}", status.node());
            return;
        }
        nodes.put(status.node(), new Heard(status, now(), Rates.between(before, status, now())));
    }

    private void tell() {
        long now = now();
        nodes.values().removeIf(heard -> now - heard.atMillis > SILENT_MILLIS);
        JsonArray cards = new JsonArray();
        double joins = 0;
        double leaves = 0;
        for (Heard heard : nodes.values()) {
            cards.add(card(heard));
            joins += heard.rates.joins;
            leaves += heard.rates.leaves;
        }
        JsonObject overview = json(view.sum(now, System.currentTimeMillis()))
                .put("joinsPerSecond", joins)
                .put("leavesPerSecond", leaves);
        bus.tellBrowsers(Addresses.CONSOLE_NODES, new JsonObject().put("nodes", cards));
        bus.tellBrowsers(Addresses.CONSOLE_OVERVIEW, overview);
    }

    private static JsonObject card(Heard heard) {
        Message.NodeStatus status = heard.status;
        JsonObject checks = new JsonObject();
        status.checks().forEach(checks::put);
        return new JsonObject()
                .put("node", status.node())
                .put("version", status.version())
                .put("life", status.life())
                .put("roles", new JsonArray(status.roles().stream().sorted().toList()))
                .put("sockets", status.sockets())
                .put("streamsOwned", status.streamsOwned())
                .put("joinsPerSecond", heard.rates.joins)
                .put("leavesPerSecond", heard.rates.leaves)
                .put("heapUsedBytes", status.heapUsedBytes())
                .put("heapMaxBytes", status.heapMaxBytes())
                .put("loopLagMillis", status.loopLagMillis())
                .put("checks", checks);
    }

    private static JsonObject json(LiveView.Totals totals) {
        return new JsonObject()
                .put("atMillis", totals.atMillis())
                .put("viewers", totals.viewers())
                .put("sessions", totals.sessions())
                .put("streams", totals.streams())
                .put("degraded", totals.degraded());
    }

    private JsonObject curve() {
        JsonArray points = new JsonArray();
        view.curve(CURVE_SECONDS)
                .forEach(totals -> points.add(new JsonArray()
                        .add(totals.atMillis())
                        .add(totals.viewers())
                        .add(totals.sessions())));
        return new JsonObject().put("points", points);
    }

    private JsonObject streams(JsonObject question) {
        String search = question.getString("search", "");
        int offset = question.getInteger("offset", 0);
        int limit = question.getInteger("limit", DEFAULT_LIMIT);
        if (search.length() > MAX_SEARCH) {
            throw new IllegalArgumentException("search is " + MAX_SEARCH + " characters at most");
        }
        if (offset < 0 || offset > MAX_OFFSET || limit < 1 || limit > LiveView.MAX_PAGE) {
            throw new IllegalArgumentException("offset is 0 to " + MAX_OFFSET + ", limit 1 to " + LiveView.MAX_PAGE);
        }
        LiveView.Part page = view.page(search, LiveView.Order.of(question.getString("sort", "viewers")), offset, limit);
        JsonArray items = new JsonArray();
        page.items().forEach(count -> items.add(json(count)));
        return new JsonObject().put("items", items).put("matching", page.matching());
    }

    private static JsonObject json(Count count) {
        return new JsonObject()
                .put("stream", count.stream())
                .put("viewers", count.viewers())
                .put("sessions", count.sessions())
                .put("peak", count.peakViewers())
                .put("mode", count.mode().name().toLowerCase(Locale.ROOT));
    }

    private static long now() {
        return SharedClock.monotonicMillis();
    }

    private record Heard(Message.NodeStatus status, long atMillis, Rates rates) {}

    /** Of the time between two words of a node, a second. */
    private record Rates(double joins, double leaves) {
        static Rates between(Heard before, Message.NodeStatus now, long nowMillis) {
            if (before == null || nowMillis <= before.atMillis) {
                return new Rates(0, 0);
            }
            double seconds = (nowMillis - before.atMillis) / 1_000.0;
            // A node that started again counts from 0.
            return new Rates(
                    Math.max(0, now.joins() - before.status.joins()) / seconds,
                    Math.max(0, now.leaves() - before.status.leaves()) / seconds);
        }
    }
}
