package io.headcount.store.mysql;

import io.headcount.config.HeadcountConfig;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.net.NetClientOptions;
import io.vertx.mysqlclient.MySQLBuilder;
import io.vertx.mysqlclient.MySQLConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.internal.SqlConnectionInternal;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The pool, with what the client lacks: a deadline for each use, and connections that are really closed when they are
 * not to be trusted any more.
 *
 * <p>The client has no query timeout, and closing a pooled connection only gives it back; even a real close waits in
 * line behind the query that hangs. So the socket itself is closed, which fails the query and takes the connection out
 * of the pool. The same happens when the server says that it is read-only: after a failover the pool is full of
 * connections to the old writer, each good enough to live for ever. The statement is then tried again at once, at most
 * as often as there are connections, so one write suffices to get rid of all of them. (Connections are not tested for
 * {@code @@read_only} when they are opened: reads may well go on there, and the first write finds out.)
 *
 * <p>Not tested here: that a changed address behind the host's name is followed. Each new connection asks Vert.x'
 * resolver, whose time to live is set where Vert.x is made. There is no TLS yet (the client's default, like this
 * program's configuration, knows none): until there is, MySQL belongs on a private network.
 */
final class Connections {
    /** Requests waiting for a connection, a connection; those beyond fail at once. */
    private static final int WAITING_PER_CONNECTION = 64;
    /** Far below any {@code wait_timeout} (MySQL's 8 hours, proxies' minute), so the server never hangs up first. */
    private static final int IDLE_SECONDS = 20;
    /** A socket without a byte for so long is closed: ends handshakes with a server that accepts but never answers. */
    private static final int SILENT_SOCKET_SECONDS = 40;
    /** After so long a connection is replaced, so that a change of address behind the name is followed. */
    private static final int LIFETIME_SECONDS = 600;

    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final long GIVE_BACK_MILLIS = 1_000;

    private final Vertx vertx;
    private final Pool pool;
    private final int size;
    private final long timeoutMillis;
    private final Faults faults;

    Connections(Vertx vertx, HeadcountConfig.MySql config) {
        this.vertx = vertx;
        size = config.poolSize();
        timeoutMillis = config.queryTimeoutMillis();
        faults = new Faults(config);
        pool = MySQLBuilder.pool()
                .connectingTo(new MySQLConnectOptions()
                        .setHost(config.host())
                        .setPort(config.port())
                        .setDatabase(config.database())
                        .setUser(config.user())
                        .setPassword(config.password())
                        .setCharset("utf8mb4")
                        // Statements differ by their number of rows: a cache would fill the server with them.
                        .setCachePreparedStatements(false))
                .with(new PoolOptions()
                        .setMaxSize(size)
                        .setMaxWaitQueueSize(size * WAITING_PER_CONNECTION)
                        .setConnectionTimeout(config.queryTimeoutMillis())
                        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setIdleTimeout(IDLE_SECONDS)
                        .setMaxLifetime(LIFETIME_SECONDS))
                .with(new NetClientOptions()
                        .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                        .setIdleTimeout(SILENT_SOCKET_SECONDS)
                        .setTcpNoDelay(true)
                        .setTcpKeepAlive(true))
                .using(vertx)
                .build();
    }

    /** Uses a connection within the query timeout (waiting for one may take as long again). */
    <T> Future<T> use(Function<SqlConnection, Future<T>> work) {
        return use(work, timeoutMillis, size).recover(failure -> Future.failedFuture(faults.of(failure)));
    }

    /** Uses a connection within {@code limitMillis}, and closes it afterwards: for work that changes its settings. */
    <T> Future<T> useAndClose(Function<SqlConnection, Future<T>> work, long limitMillis) {
        return pool.getConnection()
                .compose(connection -> deadline(connection, work, limitMillis).onComplete(done -> discard(connection)))
                .recover(failure -> Future.failedFuture(faults.of(failure)));
    }

    Future<Void> close() {
        return pool.close();
    }

    private <T> Future<T> use(Function<SqlConnection, Future<T>> work, long limitMillis, int triesLeft) {
        return pool.getConnection()
                .compose(connection ->
                        deadline(connection, work, limitMillis).onComplete(done -> giveBack(connection, done)))
                .recover(failure -> Faults.readOnly(failure) && triesLeft > 0
                        ? use(work, limitMillis, triesLeft - 1)
                        : Future.failedFuture(failure));
    }

    private void giveBack(SqlConnection connection, AsyncResult<?> done) {
        if (done.failed() && Faults.spoilsConnection(done.cause())) {
            discard(connection);
        } else {
            connection.close();
        }
    }

    private <T> Future<T> deadline(
            SqlConnection connection, Function<SqlConnection, Future<T>> work, long limitMillis) {
        // Without a handler the client prints the stack trace of a broken connection to standard error.
        connection.exceptionHandler(broken -> {});
        Promise<T> answer = Promise.promise();
        long timer = vertx.setTimer(
                limitMillis,
                late -> answer.tryFail(VertxException.noStackTrace("no answer within " + limitMillis + " ms")));
        try {
            work.apply(connection).onComplete((result, failure) -> {
                if (failure == null) {
                    answer.tryComplete(result);
                } else {
                    answer.tryFail(failure);
                }
            });
        } catch (RuntimeException e) {
            answer.tryFail(e);
        }
        return answer.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    /**
     * Closes the socket; the pool notices, forgets the connection, and opens another when one is wanted. Giving it back
     * only ends the pool's measurement of its use: it must not come before the pool has noticed (which happens on the
     * connection's own event loop), or the next caller may be handed the dead connection.
     */
    private void discard(SqlConnection connection) {
        // Not in the public API: pooled connection -> the connection that it wraps -> its socket.
        SocketConnectionBase base = (SocketConnectionBase)
                ((SqlConnectionInternal) connection).unwrap().unwrap();
        base.socket().close();
        vertx.setTimer(GIVE_BACK_MILLIS, later -> connection.close());
    }
}
