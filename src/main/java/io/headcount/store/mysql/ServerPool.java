package io.headcount.store.mysql;

import io.headcount.config.MySqlConfig;
import io.headcount.model.SharedClock;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mysqlclient.MySQLBuilder;
import io.vertx.mysqlclient.MySQLConnectOptions;
import io.vertx.mysqlclient.SslMode;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.internal.SqlConnectionInternal;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The pool of one server, with what the client lacks: a deadline for each use, and connections that are really closed
 * when they are not to be trusted any more.
 *
 * <p>The client has no query timeout, and closing a pooled connection only gives it back; even a real close waits in
 * line behind the query that hangs. So the socket itself is closed, which fails the query and takes the connection out
 * of the pool. There is no TLS yet (the client's default, like this program's configuration, knows none): until there
 * is, MySQL belongs on a private network.
 */
final class ServerPool {
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
    private final int timeoutMillis;
    private final Faults faults;
    private long answeredAtMillis;
    private int uses;
    private boolean retired;

    /** What failed, and where; only this package sees it. */
    static final class Failed extends RuntimeException {
        /** Nothing was sent: the same may be tried elsewhere without doing it twice. */
        private final boolean unsent;
        /** The server is not there, as opposed to: it refused, or it is busy. */
        private final boolean gone;

        private Failed(Throwable cause, boolean unsent, boolean gone) {
            super(null, cause, false, false);
            this.unsent = unsent;
            this.gone = gone;
        }

        boolean unsent() {
            return unsent;
        }

        boolean gone() {
            return gone;
        }

        boolean readOnly() {
            return Faults.readOnly(getCause());
        }
    }

    private static final class LateException extends RuntimeException {
        private LateException(long limitMillis) {
            super("no answer within " + limitMillis + " ms", null, false, false);
        }
    }

    ServerPool(Vertx vertx, MySqlConfig config, MySqlConfig.Endpoint server, MySqlConfig.Reader sizes) {
        this.vertx = vertx;
        timeoutMillis = sizes.queryTimeoutMillis();
        faults = new Faults(server.toString(), config.database());
        // Waiting for a connection is no longer than for any other answer, also where queries may be long.
        int connectMillis = Math.min(timeoutMillis, config.queryTimeoutMillis());
        pool = MySQLBuilder.pool()
                .connectingTo(options(config, server))
                .with(new PoolOptions()
                        .setMaxSize(sizes.poolSize())
                        .setMaxWaitQueueSize(sizes.poolSize() * WAITING_PER_CONNECTION)
                        .setConnectionTimeout(connectMillis)
                        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setIdleTimeout(IDLE_SECONDS)
                        .setMaxLifetime(LIFETIME_SECONDS))
                .with(new NetClientOptions()
                        .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                        .setIdleTimeout(Math.max(SILENT_SOCKET_SECONDS, timeoutMillis / 1_000 + 1))
                        .setTcpNoDelay(true)
                        .setTcpKeepAlive(true))
                .using(vertx)
                .build();
    }

    private static MySQLConnectOptions options(MySqlConfig config, MySqlConfig.Endpoint server) {
        MySQLConnectOptions options = new MySQLConnectOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setDatabase(config.database())
                .setUser(config.user())
                .setPassword(config.password())
                .setCharset("utf8mb4")
                // Statements differ by their number of rows: a cache would fill the server with them.
                .setCachePreparedStatements(false);
        MySqlConfig.Tls tls = config.tls();
        if (tls.enabled()) {
            // Never PREFERRED: that falls back to plain text on any error.
            ClientSSLOptions ssl =
                    new ClientSSLOptions().setHostnameVerificationAlgorithm(tls.verifyHost() ? "HTTPS" : "");
            if (!tls.caFile().isEmpty()) {
                ssl.setTrustOptions(new PemTrustOptions().addCertPath(tls.caFile()));
            }
            options.setSslMode(tls.verifyHost() ? SslMode.VERIFY_IDENTITY : SslMode.VERIFY_CA)
                    .setSslOptions(ssl);
        }
        return options;
    }

    Faults faults() {
        return faults;
    }

    /** Uses a connection within the query timeout. Fails with a {@link Failed}. */
    <T> Future<T> use(Function<SqlConnection, Future<T>> work) {
        return use(work, timeoutMillis, false);
    }

    /** Uses a connection within {@code limitMillis}, and closes it afterwards: for work that changes its settings. */
    <T> Future<T> useAndClose(Function<SqlConnection, Future<T>> work, long limitMillis) {
        return use(work, limitMillis, true);
    }

    private <T> Future<T> use(Function<SqlConnection, Future<T>> work, long limitMillis, boolean closing) {
        begin();
        return pool.getConnection()
                .recover(failure -> Future.failedFuture(new Failed(failure, true, goneUnsent(failure))))
                .compose(connection ->
                        deadline(connection, work, limitMillis).onComplete(done -> giveBack(connection, done, closing)))
                .onComplete(this::end)
                .recover(failure -> Future.failedFuture(
                        failure instanceof Failed known ? known : new Failed(failure, false, gone(failure))));
    }

    /** No further use: closes when the last one is over. */
    void retire() {
        boolean idle;
        synchronized (this) {
            retired = true;
            idle = uses == 0;
        }
        if (idle) {
            pool.close();
        }
    }

    Future<Void> close() {
        return pool.close();
    }

    private synchronized void begin() {
        uses++;
    }

    private void end(AsyncResult<?> done) {
        boolean last;
        synchronized (this) {
            uses--;
            if (done.succeeded()) {
                answeredAtMillis = SharedClock.monotonicMillis();
            }
            last = retired && uses == 0;
        }
        if (last) {
            // After what was used last has been given back.
            vertx.setTimer(GIVE_BACK_MILLIS, later -> pool.close());
        }
    }

    /** Nothing was answered for the time of a query. */
    private synchronized boolean silent() {
        return SharedClock.monotonicMillis() - answeredAtMillis >= timeoutMillis;
    }

    private boolean goneUnsent(Throwable failure) {
        if (failure instanceof ConnectionPoolTooBusyException) {
            return false;
        }
        // "Timeout" is all the pool says when nobody connected, or nobody gave back a connection, in time.
        return "Timeout".equals(failure.getMessage()) ? silent() : Faults.gone(failure);
    }

    private boolean gone(Throwable failure) {
        return failure instanceof LateException ? silent() : Faults.gone(failure);
    }

    private void giveBack(SqlConnection connection, AsyncResult<?> done, boolean closing) {
        if (closing || (done.failed() && Faults.spoilsConnection(done.cause()))) {
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
        long timer = vertx.setTimer(limitMillis, late -> answer.tryFail(new LateException(limitMillis)));
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
