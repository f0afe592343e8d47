package io.headcount.api;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.model.SharedClock;
import io.headcount.store.MasterData;
import io.headcount.store.StreamEnds;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends streams and opens them again; needs the operators' token. What MySQL has taken is done: where Redis or a node
 * missed it, the stream's owner sees to it within seconds.
 */
final class EndRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(EndRoutes.class);

    private final MasterData masterData;
    private final StreamEnds ends;
    private final OperatorToken token;
    private final SharedClock clock;
    private final Bus bus;

    EndRoutes(MasterData masterData, StreamEnds ends, OperatorToken token, SharedClock clock, Bus bus) {
        this.masterData = masterData;
        this.ends = ends;
        this.token = token;
        this.clock = clock;
        this.bus = bus;
    }

    void mount(RouteTable table, Function<String, Future<Void>> known) {
        table.add(HttpMethod.POST, "/v1/streams/:stream/end", context -> end(context, known));
    }

    private Future<JsonObject> end(RoutingContext context, Function<String, Future<Void>> known) {
        token.require(context);
        String stream = Requests.stream(context);
        return known.apply(stream)
                .compose(isKnown -> masterData.endStream(stream, clock.nowMillis()))
                .compose(at -> noted(ends.end(stream, at)).map(at))
                .map(at -> {
                    bus.publish(Addresses.ENDINGS, new Message.Endings(List.of(stream), List.of()));
                    return new JsonObject()
                            .put("id", stream)
                            .put("status", "ended")
                            .put("endedAt", Instant.ofEpochMilli(at).toString());
                });
    }

    /** Opens a stream again that may have ended; fails where Redis cannot be told, and is to be repeated then. */
    Future<Void> reopen(String stream) {
        return masterData
                .reopenStream(stream)
                .compose(done -> ends.reopen(stream)
                        .recover(failure -> Future.failedFuture(Problem.unavailable(
                                "The live counts (Redis) are out of reach: the stream is still closed. Try again.",
                                2))))
                .onSuccess(done -> bus.publish(Addresses.ENDINGS, new Message.Endings(List.of(), List.of(stream))));
    }

    private static Future<Void> noted(Future<Void> note) {
        return note.recover(failure -> {
            LOG.debug("an end could not be noted in Redis; the stream's owner will see to it", failure);
            return Future.succeededFuture();
        });
    }
}
