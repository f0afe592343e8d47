package io.headcount.store.redis;

import io.headcount.config.RedisConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Redis node: opens its connection, again and again for ever when it breaks, and gives it up when it answers nothing
 * (a stopped process keeps its sockets open). Used on the router's context only.
 */
final class RedisNode {
    private static final Logger LOG = LoggerFactory.getLogger(RedisNode.class);
    private static final long FIRST_RETRY_MILLIS = 50;
    private static final long LAST_RETRY_MILLIS = 1_000;
    // Probes and SCRIPT LOAD wait in the client's queue too.
    private static final int QUEUE_RESERVE = 1_024;

    /** What the node's owner wants to know. */
    interface Events {
        void opened(RedisNode node, boolean restarted);

        void lost(RedisNode node);
    }

    private final Vertx vertx;
    private final ContextInternal context;
    private final RedisConfig config;
    private final String address;
    private final RouterClock clock;
    private final Events events;
    private final NodeHealth health = new NodeHealth();

    private NodeLink link;
    private Opening opening;
    private long retryMillis = FIRST_RETRY_MILLIS;
    private long retryAt;
    private boolean closed;
    private boolean down;
    private boolean readOnly;
    private String runId = "";
    private String trouble = "not connected yet";
    private int parked;
    private long wantedAt;

    RedisNode(
            Vertx vertx,
            ContextInternal context,
            RedisConfig config,
            String address,
            RouterClock clock,
            Events events) {
        this.vertx = vertx;
        this.context = context;
        this.config = config;
        this.address = address;
        this.clock = clock;
        this.events = events;
        open();
    }

    String address() {
        return address;
    }

    NodeHealth health() {
        return health;
    }

    /** The open connection, or {@code null}. */
    NodeLink link() {
        return link;
    }

    boolean opening() {
        return opening != null;
    }

    /** Takes note that somebody wants this node now. */
    RedisNode wanted(long now) {
        wantedAt = now;
        return this;
    }

    /** When somebody wanted it last. */
    long wantedAt() {
        return wantedAt;
    }

    /** Why there is no connection. */
    String trouble() {
        return trouble;
    }

    /** Takes one more call that waits for this node, if there is room. */
    boolean park() {
        if (parked >= config.maxInFlight()) {
            return false;
        }
        parked++;
        return true;
    }

    void unpark() {
        parked--;
    }

    /** What the slot table says it is. A replica's connection is told that stale reads are fine, a master's is not. */
    void use(NodeHealth.Role role) {
        if (health.role() != role) {
            health.become(role);
            allowReads();
        }
    }

    private void allowReads() {
        boolean wanted = health.role() == NodeHealth.Role.REPLICA;
        // Only a cluster's replica has to be told; others refuse the command.
        if (link != null && wanted != readOnly && config.mode() == RedisConfig.Mode.CLUSTER) {
            readOnly = wanted;
            link.ask(Request.cmd(wanted ? Command.READONLY : Command.READWRITE), (done, failure) -> {});
        }
    }

    void tick(long now) {
        long patience = config.callTimeoutMillis() * 1_500_000L;
        if (link != null) {
            if (link.silentNanos(now) > patience) {
                lose(link, "answered nothing for " + patience / 1_000_000 + " ms");
            }
        } else if (opening != null) {
            if (now >= opening.deadline) {
                failed(opening, "no connection within " + config.connectTimeoutMillis() + " ms");
            }
        } else if (now >= retryAt && !closed) {
            open();
        }
    }

    void close() {
        closed = true;
        if (opening != null) {
            opening.client.close();
            opening = null;
        }
        if (link != null) {
            lose(link, "closed");
        }
    }

    private void open() {
        Redis client = Redis.createClient(vertx, options(config, address));
        Opening mine = new Opening(client, clock.now() + config.connectTimeoutMillis() * 1_000_000L);
        opening = mine;
        client.connect()
                .compose(connection -> runId(connection).map(id -> new Opened(connection, id)))
                .onComplete((opened, failure) -> {
                    if (!mine.isStill(opening)) {
                        return;
                    }
                    if (failure != null) {
                        failed(mine, String.valueOf(failure.getMessage()));
                    } else {
                        opening = null;
                        opened(new NodeLink(this, client, opened.connection, clock), opened.runId);
                    }
                });
    }

    /** Also the first question that shows whether we are let in. */
    private static Future<String> runId(RedisConnection connection) {
        return connection
                .send(Request.cmd(Command.INFO).arg("server"))
                .map(info -> NodeHealth.field(info.toString(), "run_id"))
                .recover(failure -> String.valueOf(failure.getMessage()).startsWith("NOPERM")
                        ? Future.succeededFuture("")
                        : Future.failedFuture(failure));
    }

    private void opened(NodeLink fresh, String id) {
        link = fresh;
        readOnly = false;
        retryMillis = FIRST_RETRY_MILLIS;
        fresh.connection().exceptionHandler(failure -> context.emit(fresh, broken -> lose(broken, failure.toString())));
        fresh.connection().endHandler(end -> context.emit(fresh, broken -> lose(broken, "the connection ended")));
        if (down) {
            LOG.atInfo().addKeyValue("redis", address).log("Redis is back");
            down = false;
        }
        boolean restarted = !runId.isEmpty() && !runId.equals(id);
        runId = id;
        allowReads();
        events.opened(this, restarted);
    }

    /** Gives a connection up; the calls that wait on it fail, and a new one is opened. */
    void lose(NodeLink broken, String why) {
        if (!broken.equals(link)) {
            return;
        }
        link = null;
        unreachable(why);
        retryAt = clock.now() + jitter(FIRST_RETRY_MILLIS);
        health.lost();
        broken.close();
        events.lost(this);
    }

    private void failed(Opening attempt, String why) {
        opening = null;
        attempt.client.close();
        unreachable(why);
        retryAt = clock.now() + jitter(retryMillis);
        retryMillis = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
    }

    private void unreachable(String why) {
        trouble = why;
        if (!down && !closed) {
            LOG.atWarn()
                    .addKeyValue("redis", address)
                    .addKeyValue("cause", why)
                    .log("Redis is out of reach and tried for ever; see whether it runs, and can be reached from here");
            down = true;
        }
    }

    private static long jitter(long millis) {
        return ThreadLocalRandom.current().nextLong(millis * 750_000, millis * 1_250_000);
    }

    /** How a server is connected to. */
    static RedisOptions options(RedisConfig config, String address) {
        RedisOptions options = new RedisOptions()
                .setType(RedisClientType.STANDALONE)
                .setConnectionString((config.tls().enabled() ? "rediss://" : "redis://") + config.reachedAt(address))
                .setMaxPoolSize(1)
                .setMaxPoolWaiting(1)
                .setPoolRecycleTimeout(-1)
                .setPoolCleanerInterval(-1)
                .setMaxWaitingHandlers(config.maxInFlight() + QUEUE_RESERVE)
                .setNetClientOptions(netOptions(config));
        if (!config.login().password().isEmpty()) {
            options.setPassword(config.login().password());
        }
        if (!config.login().user().isEmpty()) {
            options.setUser(config.login().user());
        }
        return options;
    }

    private static NetClientOptions netOptions(RedisConfig config) {
        NetClientOptions net = new NetClientOptions()
                .setConnectTimeout(config.connectTimeoutMillis())
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true);
        RedisConfig.Tls tls = config.tls();
        if (tls.enabled()) {
            net.setSsl(true).setHostnameVerificationAlgorithm(tls.verifyHost() ? "HTTPS" : "");
            if (!tls.caFile().isEmpty()) {
                net.setTrustOptions(new PemTrustOptions().addCertPath(tls.caFile()));
            }
            if (!tls.certFile().isEmpty()) {
                net.setKeyCertOptions(
                        new PemKeyCertOptions().setCertPath(tls.certFile()).setKeyPath(tls.keyFile()));
            }
        }
        return net;
    }

    @Override
    public String toString() {
        return address;
    }

    private record Opened(RedisConnection connection, String runId) {}

    /** A connection that is being opened. */
    private static final class Opening {
        private final Redis client;
        private final long deadline;

        Opening(Redis client, long deadline) {
            this.client = client;
            this.deadline = deadline;
        }

        boolean isStill(Opening current) {
            return equals(current);
        }
    }
}
