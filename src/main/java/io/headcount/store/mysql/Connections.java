package io.headcount.store.mysql;

import io.headcount.config.MySqlConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the one server, of those configured, that does the work: for the writer, the one that takes writes.
 *
 * <p>Which one that is, no server is asked: what it answers tells. The one in use stays in use until it refuses a write
 * (1290, 1792, 1836: it is, or became, a replica), is gone, or hangs while nothing else is answered either. Then its pool
 * is given up with all its connections, each good enough to live for ever on a server that takes no writes, and the next
 * one is tried: at once when nothing can be done twice by it (refused, or never sent), else with the caller's repetition.
 * All writes are idempotent, so that repetition is safe. A server that merely came back does not win the work back.
 *
 * <p>With one address, a DNS name that follows the writer (Aurora's cluster endpoint), the next one is the same name,
 * looked up again: each new connection asks Vert.x' resolver, whose time to live is set where Vert.x is made.
 */
final class Connections implements Reads {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private final Vertx vertx;
    private final MySqlConfig config;
    private final MySqlConfig.Reader sizes;
    private final Runnable moved;
    private final List<MySqlConfig.Endpoint> servers;
    private final ServerPool[] pools;
    private int current;

    /** To the writer. */
    Connections(Vertx vertx, MySqlConfig config) {
        this(
                vertx,
                config,
                new MySqlConfig.Reader(config.endpoints(), config.poolSize(), config.queryTimeoutMillis()),
                () -> {});
    }

    /** @param moved told when another server is turned to */
    Connections(Vertx vertx, MySqlConfig config, MySqlConfig.Reader sizes, Runnable moved) {
        this.vertx = vertx;
        this.config = config;
        this.sizes = sizes;
        this.moved = moved;
        servers = sizes.endpoints();
        pools = servers.stream().map(this::open).toArray(ServerPool[]::new);
    }

    @Override
    public <T> Future<T> use(Function<SqlConnection, Future<T>> work) {
        return raw(work).recover(Connections::explained);
    }

    /** Like {@link #use}, failing with a {@link ServerPool.Failed} inside an {@link Explained}. */
    <T> Future<T> raw(Function<SqlConnection, Future<T>> work) {
        return attempt(pool -> pool.use(work), servers.size());
    }

    /** Uses a connection within {@code limitMillis}, and closes it afterwards: for work that changes its settings. */
    <T> Future<T> useAndClose(Function<SqlConnection, Future<T>> work, long limitMillis) {
        return attempt(pool -> pool.useAndClose(work, limitMillis), servers.size())
                .recover(Connections::explained);
    }

    Future<Void> close() {
        List<ServerPool> open;
        synchronized (this) {
            open = List.of(pools);
        }
        return Future.join(open.stream().map(ServerPool::close).toList()).mapEmpty();
    }

    static <T> Future<T> explained(Throwable failure) {
        return Future.failedFuture(failure instanceof Explained e ? e.faults.of(e.failure.getCause()) : failure);
    }

    /** A failure, and who can put it into words. */
    static final class Explained extends RuntimeException {
        private final ServerPool.Failed failure;
        private final Faults faults;

        private Explained(ServerPool.Failed failure, Faults faults) {
            super(null, failure, false, false);
            this.failure = failure;
            this.faults = faults;
        }

        boolean gone() {
            return failure.gone();
        }
    }

    private <T> Future<T> attempt(Function<ServerPool, Future<T>> use, int triesLeft) {
        ServerPool pool = current();
        return use.apply(pool).recover(cause -> {
            ServerPool.Failed failure = (ServerPool.Failed) cause;
            boolean leaving = failure.readOnly() || (failure.gone() && servers.size() > 1);
            if (leaving) {
                leave(pool, failure);
            }
            boolean again = leaving && triesLeft > 0 && (failure.readOnly() || failure.unsent());
            return again ? attempt(use, triesLeft - 1) : Future.failedFuture(new Explained(failure, pool.faults()));
        });
    }

    private synchronized ServerPool current() {
        return pools[current];
    }

    /** Turns to the next server, unless somebody else has. */
    private void leave(ServerPool pool, ServerPool.Failed failure) {
        int from;
        synchronized (this) {
            if (pools[current] != pool) {
                return;
            }
            from = current;
            current = (current + 1) % servers.size();
            if (!failure.unsent()) {
                pools[from] = open(servers.get(from));
            }
        }
        if (!failure.unsent()) {
            pool.retire();
        }
        moved.run();
        LOG.atDebug()
                .addKeyValue("from", servers.get(from))
                .addKeyValue("to", servers.get((from + 1) % servers.size()))
                .addKeyValue("cause", failure.getCause().getMessage())
                .log("Another MySQL server is turned to");
    }

    private ServerPool open(MySqlConfig.Endpoint server) {
        return new ServerPool(vertx, config, server, sizes);
    }
}
