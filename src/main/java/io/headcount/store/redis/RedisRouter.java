package io.headcount.store.redis;

import io.headcount.config.HeadcountConfig;
import io.headcount.config.HeadcountConfig.RedisMode;
import io.headcount.model.SharedClock;
import io.headcount.store.redis.SlotTable.Shard;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends each call to the node that has its key's slot, and nowhere else, so that a node that is down costs only its own
 * slots. Follows the cluster as it moves (MOVED, ASK, failover); every call ends within {@code redis.callTimeoutMillis},
 * redirections and retries included. Since all operations are idempotent, a call whose connection broke is tried again.
 *
 * <p>May be called from any thread; the work is done on the context that opened the router, and a result reaches the
 * caller on the caller's own context.
 */
public final class RedisRouter {
    private static final long PROBE_MILLIS = 1_000;
    private static final long EXPIRE_MILLIS = 50;
    private static final long RETRY_MILLIS = 50;
    private static final long SILENCE_MILLIS = 2_500;
    private static final Command EVALSHA_RO = Command.create("EVALSHA_RO");
    private static final Command EVAL_RO = Command.create("EVAL_RO");

    private final VertxInternal vertx;
    private final Context context;
    private final HeadcountConfig.Redis config;
    private final RedisCallMetrics metrics;
    private final Map<String, NodeLink> links = new ConcurrentHashMap<>();
    private volatile SlotTable table;
    private Future<Void> refresh;
    private int turn;
    private volatile boolean closed;

    private RedisRouter(Vertx vertx, HeadcountConfig.Redis config, MeterRegistry registry) {
        this.vertx = (VertxInternal) vertx;
        this.context = vertx.getOrCreateContext();
        this.config = config;
        this.metrics = new RedisCallMetrics(registry);
    }

    /**
     * Opens a router on the current context. Fails when none of the endpoints answers, or the cluster does not serve all
     * slots, within a few connect timeouts.
     */
    public static Future<RedisRouter> open(Vertx vertx, HeadcountConfig.Redis config, MeterRegistry registry) {
        RedisRouter router = new RedisRouter(vertx, config, registry);
        Promise<RedisRouter> promise = router.vertx.promise();
        router.context.runOnContext(go -> router.start(promise, 0));
        return promise.future();
    }

    /** To the master of the key's slot. */
    Future<Response> write(String key, Request request) {
        return route(new RedisCall(key, false, request, null, request.command().toString()));
    }

    /** To a healthy replica of the key's shard, else to the master. */
    Future<Response> read(String key, Request request) {
        return route(new RedisCall(key, true, request, null, request.command().toString()));
    }

    /** Runs a script on the master of the first key's slot. */
    Future<Response> script(Script script, List<String> keys, List<String> args) {
        return route(new RedisCall(
                keys.get(0),
                false,
                request(Command.EVALSHA, script.sha(), keys, args),
                () -> request(Command.EVAL, script.source(), keys, args),
                script.name()));
    }

    /** Runs a script without writes on a healthy replica of the first key's shard, else on the master. */
    Future<Response> readScript(Script script, List<String> keys, List<String> args) {
        return route(new RedisCall(
                keys.get(0),
                true,
                request(EVALSHA_RO, script.sha(), keys, args),
                () -> request(EVAL_RO, script.source(), keys, args),
                script.name()));
    }

    /** Whether every shard has a master that answered within the last 2.5 s. Any thread. */
    public boolean reachable() {
        SlotTable now = table;
        if (now == null || now.hasGaps()) {
            return false;
        }
        long millis = SharedClock.monotonicMillis();
        for (Shard shard : now.shards()) {
            NodeLink link = links.get(shard.master());
            if (link == null || link.silentFor(millis) > SILENCE_MILLIS) {
                return false;
            }
        }
        return true;
    }

    /** Whether the master of a key's shard has been answering for so long without a break. */
    boolean writableSince(String key, long millis) {
        Shard shard = table.shard(SlotTable.slotOf(key));
        NodeLink link = shard == null ? null : links.get(shard.master());
        long now = SharedClock.monotonicMillis();
        return link != null && link.upFor(now) >= millis && link.silentFor(now) < SILENCE_MILLIS;
    }

    /** Closes all connections; calls that wait fail. */
    public Future<Void> close() {
        closed = true;
        Promise<Void> promise = vertx.promise();
        context.runOnContext(go -> {
            List<Future<?>> closing = new ArrayList<>();
            links.values().forEach(link -> closing.add(link.close()));
            Future.join(closing).<Void>mapEmpty().onComplete(promise);
        });
        return promise.future();
    }

    private void start(Promise<RedisRouter> promise, int tries) {
        config.endpoints().forEach(this::link);
        refresh().onComplete(done -> {
            if (table != null && !table.hasGaps()) {
                vertx.setPeriodic(EXPIRE_MILLIS, this::expire);
                vertx.setPeriodic(0, PROBE_MILLIS, this::probe);
                promise.complete(this);
            } else if (tries < 3) {
                vertx.setTimer(config.connectTimeoutMillis(), timer -> start(promise, tries + 1));
            } else {
                String why = done.failed() ? done.cause().getMessage() : "the cluster does not serve all slots";
                close();
                promise.fail(new RedisUnavailableException("Redis is not there: redis.endpoints = "
                        + String.join(", ", config.endpoints()) + " (" + config.mode() + "): " + why
                        + ". Is it running, and are these its addresses?"));
            }
        });
        // Until the timers run, somebody has to end calls that get no answer.
        vertx.setTimer(config.callTimeoutMillis() + EXPIRE_MILLIS, this::expire);
    }

    private Future<Response> route(RedisCall call) {
        Promise<Response> promise = vertx.promise();
        call.deadline = SharedClock.monotonicMillis() + config.callTimeoutMillis();
        long startedAt = System.nanoTime();
        promise.future().onComplete(result -> metrics.record(call.name, startedAt, result.succeeded()));
        context.runOnContext(go -> attempt(call, promise));
        return promise.future();
    }

    private void attempt(RedisCall call, Promise<Response> promise) {
        NodeLink link = choose(call);
        if (link == null) {
            again(call, promise, new RedisUnavailableException("no Redis node serves the slot of this key"));
            return;
        }
        sendTo(link, call).onComplete(result -> {
            if (result.succeeded()) {
                promise.tryComplete(result.result());
            } else {
                failed(link, call, promise, result.cause());
            }
        });
    }

    private Future<Response> sendTo(NodeLink link, RedisCall call) {
        if (call.asking) {
            call.asking = false;
            // In order on one connection: the very next command is the one that is let in.
            link.send(Request.cmd(Command.ASKING), call.deadline);
        }
        Request request = call.loadScript ? call.withSource.get() : call.request;
        return link.send(request, call.deadline);
    }

    private void failed(NodeLink link, RedisCall call, Promise<Response> promise, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.startsWith("MOVED ") || message.startsWith("ASK ")) {
            String[] parts = message.split(" ", -1);
            call.redirect = parts[2].startsWith(":") ? host(link.address()) + parts[2] : parts[2];
            call.asking = message.startsWith("ASK ");
            if (!call.asking) {
                refresh();
            }
            metrics.redirected();
            if (call.redirects++ < 5) {
                attempt(call, promise);
            } else {
                again(call, promise, failure);
            }
        } else if (message.startsWith("NOSCRIPT") && call.withSource != null) {
            call.loadScript = true;
            attempt(call, promise);
        } else if (failure instanceof RedisUnavailableException || temporary(message)) {
            refresh();
            again(call, promise, failure);
        } else {
            promise.tryFail(failure);
        }
    }

    /** Once more in a moment, while the deadline lasts. */
    private void again(RedisCall call, Promise<Response> promise, Throwable failure) {
        call.redirect = null;
        call.mastersOnly = true;
        if (closed || SharedClock.monotonicMillis() + RETRY_MILLIS >= call.deadline) {
            promise.tryFail(
                    failure instanceof RedisUnavailableException
                            ? failure
                            : new RedisUnavailableException(call.name + ": " + failure.getMessage()));
            return;
        }
        vertx.setTimer(RETRY_MILLIS, timer -> attempt(call, promise));
    }

    private NodeLink choose(RedisCall call) {
        if (call.redirect != null) {
            return link(call.redirect);
        }
        Shard shard = table.shard(call.slot);
        if (shard == null) {
            return null;
        }
        if (call.read && !call.mastersOnly && !shard.replicas().isEmpty()) {
            for (int i = 0; i < shard.replicas().size(); i++) {
                NodeLink replica = link(shard.replicas()
                        .get(Math.floorMod(turn++, shard.replicas().size())));
                if (replica.readable()) {
                    return replica;
                }
            }
        }
        return link(shard.master());
    }

    private NodeLink link(String address) {
        return links.computeIfAbsent(address, fresh -> new NodeLink(vertx, config, fresh));
    }

    private void expire(long timer) {
        long now = SharedClock.monotonicMillis();
        links.values().forEach(link -> link.expire(now));
        if (closed) {
            vertx.cancelTimer(timer);
        }
    }

    private void probe(long timer) {
        if (closed) {
            vertx.cancelTimer(timer);
            return;
        }
        long deadline = SharedClock.monotonicMillis() + config.callTimeoutMillis();
        links.values().forEach(link -> link.probe(deadline));
        refresh();
    }

    /** Reads the slot table from whichever node answers; those who ask meanwhile share it. */
    private Future<Void> refresh() {
        if (refresh == null) {
            refresh = readTable(candidates(), 0);
            refresh.onComplete(done -> refresh = null);
        }
        return refresh;
    }

    private Future<Void> readTable(List<NodeLink> candidates, int index) {
        if (config.mode() == RedisMode.STANDALONE) {
            table = SlotTable.single(config.endpoints().get(0));
            NodeLink only = link(config.endpoints().get(0));
            return only.send(Request.cmd(Command.PING), SharedClock.monotonicMillis() + config.connectTimeoutMillis())
                    .mapEmpty();
        }
        if (index >= candidates.size()) {
            return Future.failedFuture(new RedisUnavailableException("no node answers"));
        }
        NodeLink link = candidates.get(index);
        Request slots = Request.cmd(Command.CLUSTER).arg("SLOTS");
        return link.send(slots, SharedClock.monotonicMillis() + config.connectTimeoutMillis())
                .map(reply -> {
                    use(SlotTable.parse(reply, host(link.address())));
                    return (Void) null;
                })
                .recover(failure -> index + 1 < candidates.size()
                        ? readTable(candidates, index + 1)
                        : Future.failedFuture(failure));
    }

    /** Those that answer first; among them a different one each time. */
    private List<NodeLink> candidates() {
        List<NodeLink> candidates = new ArrayList<>(links.values());
        long now = SharedClock.monotonicMillis();
        int rotate = turn++;
        candidates.sort(java.util.Comparator.<NodeLink>comparingLong(
                        link -> Math.min(SILENCE_MILLIS, link.silentFor(now)) / SILENCE_MILLIS)
                .thenComparingInt(link -> link.address().hashCode() ^ rotate));
        return candidates;
    }

    private void use(SlotTable fresh) {
        table = fresh;
        Set<String> wanted = new HashSet<>(fresh.addresses());
        wanted.addAll(config.endpoints());
        wanted.forEach(this::link);
        links.values().removeIf(link -> {
            boolean gone = !wanted.contains(link.address());
            if (gone) {
                link.close();
            }
            return gone;
        });
    }

    private static boolean temporary(String message) {
        return message.startsWith("TRYAGAIN")
                || message.startsWith("CLUSTERDOWN")
                || message.startsWith("LOADING")
                || message.startsWith("MASTERDOWN")
                || message.startsWith("READONLY")
                || message.startsWith("CONNECTION_CLOSED")
                || message.startsWith("Connection is closed");
    }

    private static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    private static Request request(Command command, String script, List<String> keys, List<String> args) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        args.forEach(request::arg);
        return request;
    }
}
