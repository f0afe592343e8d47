package io.headcount.store.redis;

import io.headcount.config.RedisConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Sends each call to the node that has its key's slot, and nowhere else, so that a node that is down costs only its own
 * slots. Follows the cluster as it moves (MOVED, ASK, failover); every call ends within {@code redis.callTimeoutMillis},
 * redirections and retries included. Since all operations are idempotent, a call whose connection broke is tried again.
 *
 * <p>Calls fail with {@link RedisUnavailableException} (it may or may not have been applied), its kind
 * {@link RedisBusyException} (not sent), or {@link RedisReplyException} (Redis said no).
 *
 * <p>May be called from any thread; the work is done on the event loop that opened the router, and a result reaches the
 * caller on the caller's own context. Light enough for one a verticle: a connection a node, one timer in all.
 */
public final class RedisRouter {
    /** On a busy machine a node that answers may need a second more until its slots are known. */
    private static final long SLOTS_WITHIN_NANOS = 5_000_000_000L;

    /** How often deadlines are looked at: a call may be given up this much early. */
    static final int TICK_MILLIS = 50;

    private final VertxInternal vertx;
    private final ContextInternal context;
    private final RedisConfig config;
    private final RouterClock clock;
    private final Topology topology;
    private final Dispatcher dispatcher;
    private final Prober prober;
    private Promise<RedisRouter> opening;
    private long openBy;
    private long timer = -1;
    private boolean closed;

    private RedisRouter(VertxInternal vertx, RedisConfig config, MeterRegistry registry) {
        this.vertx = vertx;
        // On the caller's event loop, but not the caller's context: connections must not end with a verticle's call.
        this.context = vertx.contextBuilder()
                .withThreadingModel(ThreadingModel.EVENT_LOOP)
                .withEventLoop(vertx.getOrCreateContext().nettyEventLoop())
                .build();
        this.config = config;
        this.clock = new RouterClock(System::nanoTime);
        RedisMetrics metrics = new RedisMetrics(registry);
        this.topology = new Topology(config, clock, metrics, this::node, this::sentinel);
        this.dispatcher = new Dispatcher(config, topology, clock, metrics);
        this.prober = new Prober(topology, clock.now());
    }

    /**
     * Opens a router on the current event loop. It is ready when every shard's master takes writes, or, where one does
     * not, when the connect timeout has passed. Whoever opens it closes it; undeploying a verticle does not.
     *
     * @return fails, naming the endpoints, when none of them answers within the connect timeout, or those that do know of
     *     no slots 5 s later
     */
    public static Future<RedisRouter> open(Vertx vertx, RedisConfig config, MeterRegistry registry) {
        VertxInternal internal = (VertxInternal) vertx;
        Promise<RedisRouter> promise = internal.promise();
        RedisRouter router = new RedisRouter(internal, config, registry);
        router.context.emit(promise, router::start);
        return promise.future();
    }

    /** To the master of the key's slot. */
    Future<Response> write(String key, Request request) {
        return submit(key, false, request, null);
    }

    /** To a healthy replica of the key's shard, else to the master. */
    Future<Response> read(String key, Request request) {
        return submit(key, true, request, null);
    }

    /** Runs a script on the master of the first key's slot. */
    Future<Response> script(Script script, List<String> keys, List<String> args) {
        return submit(keys.get(0), false, request(Command.EVALSHA, script, keys, args), script);
    }

    /** Runs a script without writes on a healthy replica of the first key's shard, else on the master. */
    Future<Response> readScript(Script script, List<String> keys, List<String> args) {
        return submit(keys.get(0), true, request(Command.EVALSHA_RO, script, keys, args), script);
    }

    /** As {@link #readScript}, on the master. */
    Future<Response> masterScript(Script script, List<String> keys, List<String> args) {
        return submit(keys.get(0), false, request(Command.EVALSHA_RO, script, keys, args), script);
    }

    /** What time it is by a master's clock, epoch milliseconds. */
    public Future<Long> timeMillis() {
        return write(Keys.REGISTRY, Request.cmd(Command.TIME))
                .map(time -> time.get(0).toLong() * 1_000 + time.get(1).toLong() / 1_000);
    }

    /** Whether every shard has a master that took a write within the last 2 s. Any thread. */
    public boolean reachable() {
        return topology.reachable();
    }

    /** Whether most shards have a master that took a write within the last 2 s; one that died leaves it so. Any thread. */
    public boolean mostlyReachable() {
        return topology.mostlyReachable();
    }

    /** Whether the master of a key's shard has been taking writes for so long without a break. */
    boolean writableSince(String key, long millis) {
        NodeHealth master = topology.masterOf(SlotTable.slotOf(key));
        long nanoTime = System.nanoTime();
        return master != null && master.answering(nanoTime) && master.servingFor(nanoTime) >= millis * 1_000_000;
    }

    /**
     * Calls back, on the router's event loop, when a shard got another master, or its master was restarted: what was
     * written last may be lost. Not when slots merely moved.
     *
     * @param listener is given a test of which keys that concerns
     */
    void onLoss(Consumer<Predicate<String>> listener) {
        topology.onLoss(slots -> listener.accept(key -> slots.get(SlotTable.slotOf(key))));
    }

    /** Whether nothing that was written to a key can have been lost within the last so many milliseconds. Any thread. */
    boolean settled(String key, long millis) {
        return topology.settled(SlotTable.slotOf(key), millis * 1_000_000);
    }

    /** Closes all connections; calls that wait fail. */
    public Future<Void> close() {
        Promise<Void> promise = vertx.promise();
        context.emit(promise, this::stop);
        return promise.future();
    }

    private Future<Response> submit(String key, boolean read, Request request, Script script) {
        Promise<Response> promise = vertx.promise();
        context.emit(new Call(key, read, request, script, promise), dispatcher::start);
        return promise.future();
    }

    private static Request request(Command command, Script script, List<String> keys, List<String> args) {
        Object[] all = new Object[2 + keys.size() + args.size()];
        int at = 0;
        all[at++] = script.sha();
        all[at++] = keys.size();
        for (String key : keys) {
            all[at++] = key;
        }
        for (String arg : args) {
            all[at++] = arg;
        }
        return Request.cmd(command, all);
    }

    private RedisNode node(String address) {
        return new RedisNode(vertx, context, config, address, clock, new RedisNode.Events() {
            @Override
            public void opened(RedisNode node, boolean restarted) {
                topology.opened(node, restarted);
                prober.probeNow(node);
            }

            @Override
            public void lost(RedisNode node) {
                topology.lost(node);
            }
        });
    }

    private RedisNode sentinel(String address) {
        return new RedisNode(vertx, context, config.ofSentinels(), address, clock, new RedisNode.Events() {
            @Override
            public void opened(RedisNode node, boolean restarted) {
                topology.refreshSoon();
            }

            @Override
            public void lost(RedisNode node) {
                topology.refreshSoon();
            }
        });
    }

    private void start(Promise<RedisRouter> promise) {
        opening = promise;
        openBy = clock.now() + config.connectTimeoutMillis() * 1_000_000L;
        topology.start();
        timer = vertx.setPeriodic(TICK_MILLIS, tick -> tick());
    }

    private void tick() {
        long now = clock.now();
        topology.tick(now);
        prober.tick(now);
        dispatcher.tick(now);
        if (opening != null) {
            tryOpen(now);
        }
    }

    private void tryOpen(long now) {
        boolean someAnswer = topology.nodes().stream().anyMatch(node -> node.link() != null);
        boolean known = !topology.table().shards().isEmpty();
        if (topology.reachable() || (now >= openBy && known && someAnswer)) {
            opening.complete(this);
            opening = null;
        } else if (now >= openBy && (!someAnswer || now >= openBy + SLOTS_WITHIN_NANOS)) {
            StringJoiner why = new StringJoiner("; ");
            topology.nodes()
                    .forEach(node ->
                            why.add(node + ": " + (node.link() == null ? node.trouble() : "knows of no slots")));
            opening.fail(new RedisUnavailableException("Redis is not there (redis.mode "
                    + config.mode().name().toLowerCase(Locale.ROOT) + ", " + topology.trouble() + "): " + why
                    + ". Is it running, and are these its addresses?"));
            opening = null;
            stop(Promise.promise());
        }
    }

    private void stop(Promise<Void> promise) {
        if (!closed) {
            closed = true;
            vertx.cancelTimer(timer);
            dispatcher.close();
            topology.close();
            if (opening != null) {
                opening.fail(new RedisUnavailableException("the Redis router was closed while it opened"));
                opening = null;
            }
        }
        promise.complete();
    }
}
