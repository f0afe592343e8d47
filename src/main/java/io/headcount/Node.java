package io.headcount;

import io.headcount.admin.AdminVerticle;
import io.headcount.admin.ConsoleVerticle;
import io.headcount.admin.NodeStatusVerticle;
import io.headcount.api.ApiRoutes;
import io.headcount.api.BeatRoutes;
import io.headcount.auth.Authenticator;
import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.cluster.HelloRoster;
import io.headcount.cluster.LeaseKeeper;
import io.headcount.config.HeadcountConfig;
import io.headcount.config.Role;
import io.headcount.counter.CounterVerticle;
import io.headcount.counter.OwnerVerticle;
import io.headcount.gateway.Gateway;
import io.headcount.model.Count;
import io.headcount.model.SharedClock;
import io.headcount.persistence.EndedStreamsVerticle;
import io.headcount.persistence.ForecastVerticle;
import io.headcount.persistence.GroupTotalsVerticle;
import io.headcount.persistence.PersistenceVerticle;
import io.headcount.persistence.RetentionVerticle;
import io.headcount.persistence.StatisticsVerticle;
import io.headcount.reconciler.ReconcilerVerticle;
import io.headcount.store.KnownEnds;
import io.headcount.store.mysql.Migrations;
import io.headcount.store.mysql.MySqlBookStore;
import io.headcount.store.redis.RedisBeatStore;
import io.headcount.store.redis.RedisCounterStore;
import io.headcount.store.redis.RedisLeaseStore;
import io.headcount.store.redis.RedisRouter;
import io.headcount.store.redis.RedisSessionLog;
import io.headcount.store.redis.RedisStreamEnds;
import io.headcount.store.redis.RedisUsedTokens;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: wires the parts that its roles need, starts them in order and stops them in order. Gateways come last and go
 * first, so that no viewer is let in before everything that counts it is there.
 */
final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    /** So long a stopping node waits to hear whether the others are stopping too. */
    private static final long TOGETHER_MILLIS = 700;

    private final HeadcountConfig config;
    private final Path folder;
    private final NodeMetrics metrics = new NodeMetrics();
    private final SharedClock clock = new SharedClock();
    private final NodeReadiness readiness = new NodeReadiness();
    private final List<String> deployments = new ArrayList<>();
    private Vertx vertx;
    /** The lease has a Vert.x of its own: one event loop, that no work of the node can delay. */
    private final Vertx leaseVertx = VertxFactory.single();

    private HelloRoster roster;
    private RedisRouter redis;
    private RedisRouter leaseRedis;
    private RedisCounterStore counters;
    private LeaseKeeper lease;
    private MySqlBookStore books;
    private Authenticator auth;
    private Gateway gateway;
    /** Whether the lease is left to end by itself, so that viewers have time to come back elsewhere. */
    private boolean grace;

    private volatile String missing = "starting";

    /** @param folder of the configuration file */
    Node(HeadcountConfig config, Path folder) {
        this.config = config;
        this.folder = folder;
    }

    /** Completes when the node serves; fails with a message that says what to do. */
    Future<Void> start() {
        readiness.add("node", () -> missing);
        return VertxFactory.create(config, folder, metrics)
                .compose(this::openStores)
                .compose(opened -> startLease())
                .compose(leased -> HelloRoster.start(vertx, config.nodeId(), roleNames(), redis::mostlyReachable))
                .compose(this::deployAll)
                .onSuccess(done -> missing = null)
                .onSuccess(done -> new StartChecks(config).run(redis.timeMillis()));
    }

    /**
     * Stops in order: viewers are sent away, what they leave is asserted or handed to the lease, then the parts go. To be
     * followed by {@link #close}.
     */
    Future<Void> stop() {
        missing = "stopping";
        if (vertx == null) {
            return Future.succeededFuture();
        }
        return leave().transform(left -> undeployAll())
                .transform(undeployed -> lease == null ? Future.succeededFuture() : lease.stop(!grace))
                .transform(released -> leaseRedis == null ? Future.succeededFuture() : leaseRedis.close())
                .transform(closed -> redis == null ? Future.succeededFuture() : redis.close())
                .transform(closed -> books == null ? Future.succeededFuture() : books.close());
    }

    /**
     * Ends the event loops. Not to be called on one of them: the future of a close that was asked for on an event loop
     * would have to be completed on that very loop, when it is gone.
     */
    List<Future<Void>> close() {
        if (roster != null) {
            roster.stop();
        }
        if (auth != null) {
            auth.close();
        }
        return vertx == null ? List.of(leaseVertx.close()) : List.of(leaseVertx.close(), vertx.close());
    }

    private Future<Void> openStores(Vertx created) {
        vertx = created;
        Bus.install(vertx);
        return RedisRouter.open(vertx, config.redis().in(folder), metrics.registry())
                .compose(router -> {
                    redis = router;
                    counters =
                            new RedisCounterStore(router, clock, config.books().historyMillis());
                    return needsBooks() ? openBooks() : Future.succeededFuture();
                });
    }

    private Future<Void> openBooks() {
        books = MySqlBookStore.open(
                vertx,
                config.mysql().in(folder),
                metrics.registry(),
                config.books().historyMillis());
        readiness.ask("mysql", books::ping);
        return vertx.executeBlocking(() -> Migrations.pending(config.mysql().in(folder)))
                .compose(pending -> pending.isEmpty()
                        ? Future.succeededFuture()
                        : Future.failedFuture("the database " + config.mysql().database() + " lacks " + pending.size()
                                + " migrations (" + String.join(", ", pending) + "): run headcount migrate first"));
    }

    private Future<LeaseKeeper> startLease() {
        return RedisRouter.open(leaseVertx, config.redis().in(folder), metrics.registry())
                .compose(router -> {
                    leaseRedis = router;
                    return LeaseKeeper.start(leaseVertx, new RedisLeaseStore(router), config.nodeId());
                })
                .onSuccess(keeper -> lease = keeper);
    }

    private Future<Void> deployAll(HelloRoster started) {
        roster = started;
        LiveWatch watch = LiveWatch.start(vertx, lease, redis::reachable);
        readiness.add("redis", () -> watch.live() ? null : "Redis is out of reach, or the lease is lost");
        readiness.add("cluster", () -> membership());
        Future<Void> done = deployManagement();
        if (config.has(Role.KEEPER)) {
            done = done.compose(before -> deployKeeper());
        }
        if (config.has(Role.GATEWAY)) {
            done = done.compose(before -> deployCounters());
        }
        if (config.has(Role.GATEWAY) || config.has(Role.API)) {
            done = done.compose(before -> startAuth()).compose(ready -> deployGateways());
        }
        return done;
    }

    /** On every node; the console only where the role is. */
    private Future<Void> deployManagement() {
        String token = config.has(Role.ADMIN) ? config.auth().adminToken() : null;
        return deploy(() -> new AdminVerticle(config.management(), token, readiness, metrics.registry()))
                .compose(done -> deploy(() -> new NodeStatusVerticle(
                        Headcount.version(), roleNames(), roster, lease, readiness, metrics.registry())))
                .compose(done -> token == null ? Future.succeededFuture() : deploy(ConsoleVerticle::new));
    }

    private Future<Void> deployKeeper() {
        RedisLeaseStore leases = new RedisLeaseStore(redis);
        return deploy(() -> new PersistenceVerticle(
                        config, roster, counters, new RedisSessionLog(redis), books, metrics.registry(), clock))
                .compose(done -> deploy(() -> new RetentionVerticle(config, books.retention(), metrics.registry())))
                .compose(done -> deploy(() -> new StatisticsVerticle(
                        config, roster, new RedisSessionLog(redis), books.statistics(), metrics.registry(), clock)))
                .compose(done -> deploy(
                        () -> new GroupTotalsVerticle(config, roster, books.groupTotals(), metrics.registry(), clock)))
                .compose(done -> deploy(() ->
                        new EndedStreamsVerticle(roster, counters, books.masterData(), new RedisStreamEnds(redis))))
                .compose(done ->
                        deploy(() -> new ForecastVerticle(config, roster, books.reports(), metrics.registry(), clock)))
                .compose(done -> deploy(() -> new OwnerVerticle(config, roster, counters, metrics.registry())))
                .compose(done -> deploy(() ->
                        new ReconcilerVerticle(config, roster, counters, leases, clock, metrics.registry(), beats())));
    }

    private Future<Void> deployCounters() {
        Future<Void> done = Future.succeededFuture();
        for (int i = 0; i < config.counting().instances(); i++) {
            int index = i;
            done = done.compose(before -> deploy(
                    () -> new CounterVerticle(config, index, roster, counters, lease, clock, metrics.registry())));
        }
        return done;
    }

    private Future<Authenticator> startAuth() {
        return Authenticator.start(vertx, config.auth(), folder, new RedisUsedTokens(redis), metrics.registry())
                .onSuccess(started -> {
                    auth = started;
                    readiness.add("auth", auth::missing);
                });
    }

    /** The public server; on a node without the role gateway it serves the API only. */
    private Future<Void> deployGateways() {
        KnownEnds ends = knownEnds();
        ApiRoutes api = new ApiRoutes(config, counters, ends, answers(), readiness, clock, metrics.registry())
                .with(new BeatRoutes(config, beats(), ends, auth, clock, this::tellOwner));
        gateway = new Gateway(
                config,
                new Gateway.Ports(
                        counters,
                        clock,
                        metrics.registry(),
                        () -> api.router(vertx),
                        auth,
                        ends,
                        stream -> books.stream(stream).map(info -> info != null)));
        return deploy(gateway::instance, config.webSocket().instances());
    }

    /** What the bus says of streams that ended is known at once; what it does not say, Redis is asked for. */
    private KnownEnds knownEnds() {
        KnownEnds ends = new KnownEnds(new RedisStreamEnds(redis), SharedClock::monotonicMillis);
        Bus.of(vertx).consume(Addresses.ENDINGS, endings -> {
            endings.ended().forEach(stream -> ends.note(stream, true));
            endings.reopened().forEach(stream -> ends.note(stream, false));
        });
        return ends;
    }

    /** Of a node that has started; {@code null} where it has no public server. */
    Gateway gateway() {
        return gateway;
    }

    private RedisBeatStore beats() {
        return new RedisBeatStore(redis, clock, config.books().historyMillis(), config.nodeId(), counters);
    }

    private void tellOwner(Count count) {
        String owner = roster.owner(count.stream());
        if (owner != null) {
            Bus.of(vertx).send(Addresses.OWNER.at(owner), new Message.Counts(roster.self(), List.of(count)));
        }
    }

    private ApiRoutes.Books answers() {
        return books == null
                ? null
                : new ApiRoutes.Books(
                        books,
                        books.history(),
                        books.reports(),
                        books.analysis(),
                        books.liveRankings(),
                        books.masterData());
    }

    private Future<Void> deploy(Supplier<Deployable> part) {
        return deploy(part, 1);
    }

    private Future<Void> deploy(Supplier<? extends Deployable> part, int instances) {
        return vertx.deployVerticle(part, new DeploymentOptions().setInstances(instances))
                .onSuccess(id -> deployments.add(0, id))
                .mapEmpty();
    }

    /**
     * Viewers go: to other nodes, with the grace of a draining lease, or, where there is no other node (or all stop
     * together), for good, with their leaves.
     */
    private Future<Void> leave() {
        if (gateway == null || roster == null) {
            return Future.succeededFuture();
        }
        roster.drain();
        return vertx.timer(TOGETHER_MILLIS, TimeUnit.MILLISECONDS).compose(waited -> {
            boolean last = roster.othersAreDraining();
            LOG.info("stopping viewers={} handedOver={}", gateway.sockets(), !last);
            return (last ? Future.<Void>succeededFuture() : lease.drain().otherwiseEmpty())
                    .compose(marked -> gateway.drain(last))
                    .onSuccess(drained -> grace = !last);
        });
    }

    private Future<Void> undeployAll() {
        Future<Void> done = Future.succeededFuture();
        for (String id : deployments) {
            done = done.transform(before -> vertx.undeploy(id)).mapEmpty();
        }
        return done;
    }

    private String membership() {
        int here = roster.nodes().size();
        int expected = config.cluster().expectedNodes();
        return here >= expected ? null : here + " of " + expected + " nodes are there (cluster.expectedNodes)";
    }

    private boolean needsBooks() {
        return config.has(Role.KEEPER)
                || config.has(Role.API)
                || config.streams().registration() == HeadcountConfig.Registration.STRICT;
    }

    private Set<String> roleNames() {
        return config.roles().stream()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }
}
