package io.headcount.store.mysql;

import io.headcount.config.MySqlConfig;
import io.headcount.config.MySqlConfig.Server;
import io.headcount.model.SharedClock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The readers, each with a pool of its own, and who stands in for one that is away: the others in the configured order,
 * the writer where that order names it. One that was found away is left out for some seconds, then one question tries
 * it again. Only a server that is not there is stood in for: a question that is too slow, or wrong, would be so
 * anywhere, and many would take the next server down too.
 */
final class Readers {
    private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
    private static final long AWAY_MILLIS = 3_000;

    private final Map<Server, Connections> servers = new EnumMap<>(Server.class);
    private final Map<Server, Counter> fallbacks = new EnumMap<>(Server.class);
    private final Map<Server, Long> awayUntilMillis = new ConcurrentHashMap<>();
    private final List<Server> fallback;

    Readers(Vertx vertx, MySqlConfig config, Connections writer, MeterRegistry metrics) {
        MySqlConfig.Readers readers = config.readers();
        fallback = readers.fallback();
        servers.put(Server.RANKING, new Connections(vertx, config, readers.ranking(), () -> {}));
        servers.put(Server.HISTORY, new Connections(vertx, config, readers.history(), () -> {}));
        servers.put(Server.ANALYTICS, new Connections(vertx, config, readers.analytics(), () -> {}));
        servers.put(Server.WRITER, writer);
        for (Server reader : List.of(Server.RANKING, Server.HISTORY, Server.ANALYTICS)) {
            fallbacks.put(
                    reader,
                    Counter.builder("headcount.mysql.fallbacks")
                            .description("Questions that another server answered, or failed to, for a reader away")
                            .tag("reader", reader.name().toLowerCase(Locale.ROOT))
                            .register(metrics));
        }
    }

    Reads of(Server reader) {
        List<Server> order = new ArrayList<>(List.of(reader));
        fallback.stream().filter(other -> other != reader).forEach(order::add);
        return new Reads() {
            @Override
            public <T> Future<T> use(Function<SqlConnection, Future<T>> work) {
                return ask(order, 0, work).recover(Connections::explained);
            }
        };
    }

    /** Closes the readers' pools; not the writer's. */
    Future<Void> close() {
        return Future.join(servers.entrySet().stream()
                        .filter(entry -> entry.getKey() != Server.WRITER)
                        .map(entry -> entry.getValue().close())
                        .toList())
                .mapEmpty();
    }

    private <T> Future<T> ask(List<Server> order, int from, Function<SqlConnection, Future<T>> work) {
        int place = from;
        while (place < order.size() - 1 && away(order.get(place))) {
            place++;
        }
        int asked = place;
        Server server = order.get(asked);
        if (asked > 0) {
            fallbacks.get(order.get(0)).increment();
        }
        return servers.get(server).raw(work).onSuccess(answered -> back(server)).recover(failure -> {
            if (!(failure instanceof Connections.Explained e && e.gone())) {
                return Future.failedFuture(failure);
            }
            away(server, failure);
            return asked + 1 < order.size() ? ask(order, asked + 1, work) : Future.failedFuture(failure);
        });
    }

    /** Whether it is left out now; when its time is over, the first who asks tries it, and the others still do not. */
    private boolean away(Server server) {
        Long until = awayUntilMillis.get(server);
        if (until == null) {
            return false;
        }
        long now = SharedClock.monotonicMillis();
        return now < until || !awayUntilMillis.replace(server, until, now + AWAY_MILLIS);
    }

    private void away(Server server, Throwable failure) {
        if (awayUntilMillis.put(server, SharedClock.monotonicMillis() + AWAY_MILLIS) == null) {
            LOG.atWarn()
                    .addKeyValue("server", server.name().toLowerCase(Locale.ROOT))
                    .addKeyValue("cause", failure.getCause().getCause().getMessage())
                    .addKeyValue("todo", "see that it runs, or correct mysql.readers")
                    .log("A MySQL server is away: others answer its questions (mysql.readers.fallback)");
        }
    }

    private void back(Server server) {
        if (awayUntilMillis.remove(server) != null) {
            LOG.atInfo()
                    .addKeyValue("server", server.name().toLowerCase(Locale.ROOT))
                    .log("A MySQL server that was away answers again");
        }
    }
}
