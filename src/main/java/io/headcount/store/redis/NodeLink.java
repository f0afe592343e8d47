package io.headcount.store.redis;

import io.headcount.config.HeadcountConfig;
import io.headcount.model.SharedClock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pipelined connection to one Redis node, of which nobody waits longer than a call's deadline: it is opened again
 * for ever when it breaks, and given up when calls on it go unanswered (a stopped process keeps its sockets open). All
 * of it runs on the router's context.
 */
final class NodeLink {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLink.class);
    private static final long FIRST_RETRY_MILLIS = 50;
    private static final long LAST_RETRY_MILLIS = 1_000;

    private final Vertx vertx;
    private final HeadcountConfig.Redis config;
    private final String address;
    private final Deque<Call> calls = new ArrayDeque<>();
    private Redis client;
    private RedisConnection connection;
    private Future<RedisConnection> connecting;
    private long retryMillis = FIRST_RETRY_MILLIS;
    private long retryAt;
    private boolean closed;
    private boolean wasDown;
    private volatile long answeredAt;
    private volatile long upSince;
    private volatile boolean readable;
    private String runId = "";

    NodeLink(Vertx vertx, HeadcountConfig.Redis config, String address) {
        this.vertx = vertx;
        this.config = config;
        this.address = address;
    }

    String address() {
        return address;
    }

    /** Sends a request; fails with {@link RedisUnavailableException} by {@code deadline} at the latest. */
    Future<Response> send(Request request, long deadline) {
        RedisConnection open = connection;
        if (open != null) {
            return sendOn(open, request, deadline);
        }
        long now = SharedClock.monotonicMillis();
        if (closed || (connecting == null && now < retryAt)) {
            return Future.failedFuture(new RedisUnavailableException("Redis " + address + " is not connected"));
        }
        Promise<Response> promise = Promise.promise();
        Call call = new Call(promise, deadline);
        calls.add(call);
        connect().onComplete(result -> {
            if (result.failed()) {
                promise.tryFail(new RedisUnavailableException("Redis " + address + " cannot be reached: "
                        + result.cause().getMessage()));
            } else if (!promise.future().isComplete()) {
                sendOn(result.result(), request, deadline).onComplete(promise);
            }
        });
        return promise.future();
    }

    /** Fails what is past its deadline; gives the connection up when its oldest call waits for twice as long. */
    void expire(long now) {
        long patience = config.callTimeoutMillis();
        boolean stuck = false;
        while (!calls.isEmpty()) {
            Call oldest = calls.peek();
            boolean done = oldest.promise.future().isComplete();
            if (!done && now < oldest.deadline) {
                break;
            }
            calls.poll();
            if (!done) {
                stuck = true;
                oldest.promise.tryFail(new RedisUnavailableException(
                        "Redis " + address + " gave no answer within " + patience + " ms"));
            }
        }
        if (stuck && connection != null && now - answeredAt > patience) {
            LOG.debug("giving up a connection that answers nothing redis={}", address);
            drop();
        }
    }

    /** Asks the node how it is: keeps {@link #upFor}, {@link #readable} and the run id up to date. */
    Future<Boolean> probe(long deadline) {
        return send(Request.cmd(Command.INFO), deadline)
                .map(info -> {
                    String text = info.toString();
                    boolean loading = "1".equals(field(text, "loading"));
                    boolean master = "master".equals(field(text, "role"));
                    boolean linked = "up".equals(field(text, "master_link_status"));
                    long lag = number(field(text, "master_last_io_seconds_ago"), 99);
                    readable = !loading && (master || (linked && lag <= 1));
                    String nowRunning = field(text, "run_id");
                    boolean restarted = !runId.isEmpty() && !runId.equals(nowRunning);
                    runId = nowRunning;
                    return restarted;
                })
                .onFailure(failure -> readable = false);
    }

    /** Whether reads may go here: a master, or a replica whose link is up and not behind by more than a second. */
    boolean readable() {
        return readable && connection != null;
    }

    /** Milliseconds since it answered last. */
    long silentFor(long now) {
        return answeredAt == 0 ? Long.MAX_VALUE : now - answeredAt;
    }

    /** Milliseconds for which it has been answering without a break. */
    long upFor(long now) {
        return connection == null || upSince == 0 ? 0 : now - upSince;
    }

    Future<Void> close() {
        closed = true;
        drop();
        return Future.succeededFuture();
    }

    private Future<Response> sendOn(RedisConnection open, Request request, long deadline) {
        if (calls.size() >= config.maxInFlight()) {
            return Future.failedFuture(new RedisUnavailableException(
                    "Redis " + address + " has " + config.maxInFlight() + " calls waiting (redis.maxInFlight)"));
        }
        Promise<Response> promise = Promise.promise();
        calls.add(new Call(promise, deadline));
        open.send(request).onComplete(result -> {
            answeredAt = SharedClock.monotonicMillis();
            if (result.succeeded()) {
                promise.tryComplete(result.result());
            } else {
                promise.tryFail(result.cause());
            }
        });
        return promise.future();
    }

    private Future<RedisConnection> connect() {
        if (connecting != null) {
            return connecting;
        }
        client = Redis.createClient(vertx, options());
        Promise<RedisConnection> promise = Promise.promise();
        connecting = promise.future();
        Redis mine = client;
        long timer = vertx.setTimer(
                config.connectTimeoutMillis(), expired -> promise.tryFail("no connection within the timeout"));
        mine.connect().compose(this::allowReads).onComplete(result -> {
            if (result.succeeded()) {
                if (!promise.tryComplete(result.result())) {
                    mine.close();
                }
            } else {
                promise.tryFail(result.cause());
            }
        });
        return connecting.onComplete(result -> {
            vertx.cancelTimer(timer);
            connecting = null;
            if (result.succeeded() && !closed) {
                opened(result.result());
            } else {
                failed(mine);
            }
        });
    }

    /** A cluster's replica refuses reads unless told that stale ones are fine. */
    private Future<RedisConnection> allowReads(RedisConnection fresh) {
        if (config.mode() != HeadcountConfig.RedisMode.CLUSTER) {
            return Future.succeededFuture(fresh);
        }
        return fresh.send(Request.cmd(Command.READONLY)).map(fresh);
    }

    private void opened(RedisConnection fresh) {
        connection = fresh;
        retryMillis = FIRST_RETRY_MILLIS;
        long now = SharedClock.monotonicMillis();
        answeredAt = now;
        upSince = now;
        if (wasDown) {
            LOG.info("Redis is back redis={}", address);
            wasDown = false;
        }
        fresh.exceptionHandler(failure -> LOG.debug("connection error redis={}", address, failure));
        fresh.endHandler(end -> {
            if (isCurrent(fresh)) {
                drop();
            }
        });
    }

    private void failed(Redis attempt) {
        attempt.close();
        retryAt = SharedClock.monotonicMillis() + retryMillis;
        retryMillis = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
        lost();
    }

    private void drop() {
        connection = null;
        if (client != null) {
            client.close();
        }
        lost();
        while (!calls.isEmpty()) {
            calls.poll()
                    .promise
                    .tryFail(new RedisUnavailableException("the connection to Redis " + address + " broke"));
        }
    }

    private void lost() {
        upSince = 0;
        readable = false;
        if (!wasDown && !closed) {
            LOG.warn(
                    "Redis does not answer; its part of the counts waits and is asserted when it is back redis={}",
                    address);
            wasDown = true;
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very connection, not one like it
    private boolean isCurrent(RedisConnection fresh) {
        return connection == fresh;
    }

    private RedisOptions options() {
        String scheme = "redis://" + address;
        RedisOptions options = new RedisOptions()
                .setType(RedisClientType.STANDALONE)
                .setConnectionString(scheme)
                .setMaxPoolSize(1)
                .setMaxPoolWaiting(1)
                .setPoolRecycleTimeout(-1)
                .setMaxWaitingHandlers(config.maxInFlight() * 2)
                .setNetClientOptions(new NetClientOptions()
                        .setConnectTimeout(config.connectTimeoutMillis())
                        .setTcpNoDelay(true)
                        .setTcpKeepAlive(true));
        if (!config.password().isEmpty()) {
            options.setPassword(config.password());
        }
        if (!config.user().isEmpty()) {
            options.setUser(config.user());
        }
        return options;
    }

    private static String field(String info, String name) {
        int at = info.indexOf("\n" + name + ":");
        if (at < 0) {
            return "";
        }
        int from = at + name.length() + 2;
        int to = info.indexOf('\r', from);
        return info.substring(from, to < 0 ? info.length() : to).trim();
    }

    private static long number(String text, long byDefault) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return byDefault;
        }
    }

    private record Call(Promise<Response> promise, long deadline) {}
}
