package io.headcount.store.redis;

import io.headcount.model.Incarnation;
import io.headcount.store.LeaseStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@link LeaseStore} in Redis: a key with a TTL a node, and a registry of the nodes. */
public final class RedisLeaseStore implements LeaseStore {
    private static final long DRAIN_MILLIS = 15_000;
    private static final Script REGISTER = Script.load("lease_register");
    private static final Script RENEW = Script.load("lease_renew");
    private static final Script BURY = Script.load("lease_bury");
    private static final Script READ = Script.load("lease_read");

    private final RedisRouter router;

    public RedisLeaseStore(RedisRouter router) {
        this.router = router;
    }

    @Override
    public Future<Incarnation> register(String node, long above) {
        return remember(node)
                .compose(added -> router.script(READ, leaseKeys(node), List.of()))
                .compose(seen -> router.script(
                        REGISTER,
                        leaseKeys(node),
                        List.of(
                                Long.toString(above),
                                Long.toString(TTL_MILLIS),
                                seen.get(0).toString())))
                .compose(epoch -> epoch.toLong() > 0
                        ? Future.succeededFuture(new Incarnation(node, epoch.toLong()))
                        : Future.failedFuture("another life of node " + node + " began at the same moment"));
    }

    @Override
    public Future<Boolean> renew(Incarnation incarnation, LeaseState state) {
        long life = state == LeaseState.DRAINING ? DRAIN_MILLIS : TTL_MILLIS;
        List<String> args =
                List.of(Long.toString(incarnation.epoch()), state.name().toLowerCase(Locale.ROOT), Long.toString(life));
        // Repeated, since the registry's shard may lose it; not waited for, since that shard may be down.
        remember(incarnation.node());
        return router.script(RENEW, leaseKeys(incarnation.node()), args).map(reply -> reply.toLong() == 1);
    }

    @Override
    public Future<Void> remember(String node) {
        return router.write(
                        Keys.REGISTRY,
                        Request.cmd(Command.SADD).arg(Keys.REGISTRY).arg(node))
                .mapEmpty();
    }

    @Override
    public Future<List<Lease>> leases() {
        return router.write(Keys.REGISTRY, Request.cmd(Command.SMEMBERS).arg(Keys.REGISTRY))
                .compose(nodes -> {
                    List<Future<?>> reads = new ArrayList<>();
                    for (Response node : nodes) {
                        reads.add(read(node.toString()));
                    }
                    return reads.isEmpty()
                            ? Future.succeededFuture(List.of())
                            : Future.join(reads).transform(done -> Future.succeededFuture(succeeded(reads)));
                });
    }

    @Override
    public Future<Boolean> recordDeath(Incarnation incarnation) {
        return bury(incarnation, "0");
    }

    @Override
    public Future<Void> release(Incarnation incarnation) {
        return bury(incarnation, "1").mapEmpty();
    }

    private Future<Boolean> bury(Incarnation incarnation, String own) {
        List<String> args = List.of(Long.toString(incarnation.epoch()), own);
        return router.script(BURY, leaseKeys(incarnation.node()), args).map(reply -> reply.toLong() == 1);
    }

    private Future<Lease> read(String node) {
        return router.script(READ, leaseKeys(node), List.of()).map(reply -> {
            String state = reply.get(1).toString();
            return new Lease(
                    node,
                    reply.get(0).toLong(),
                    state.equals("missing") ? gone(node) : LeaseState.valueOf(state.toUpperCase(Locale.ROOT)),
                    reply.get(2).toLong());
        });
    }

    /** A lease lives on a shard too: while that had no master, nobody could renew. */
    private LeaseState gone(String node) {
        return router.writableSince(Keys.lease(node), TTL_MILLIS) ? LeaseState.MISSING : LeaseState.UNKNOWN;
    }

    /** The leases that could be read: those of a shard that is down say nothing, the others are worth having. */
    private static List<Lease> succeeded(List<Future<?>> reads) {
        List<Lease> leases = new ArrayList<>();
        for (Future<?> read : reads) {
            if (read.succeeded()) {
                leases.add((Lease) read.result());
            }
        }
        return leases;
    }

    private static List<String> leaseKeys(String node) {
        return List.of(Keys.lease(node), Keys.epoch(node));
    }
}
