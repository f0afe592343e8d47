package io.headcount.sim;

import io.headcount.model.Incarnation;
import io.headcount.store.LeaseStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The lease store of one node, as {@code RedisLeaseStore} is. */
final class SimLeases implements LeaseStore {
    private static final long DRAIN_MILLIS = 15_000;

    private final World world;
    private final SimNode node;

    SimLeases(World world, SimNode node) {
        this.world = world;
        this.node = node;
    }

    @Override
    public Future<Incarnation> register(String name, long above) {
        Shard shard = world.leaseShardOf(name);
        return remember(name)
                .compose(added ->
                        world.network.call(node, shard, data -> data.readLease(name, world.network.redisNow())))
                .compose(seen -> world.network.call(
                        node,
                        shard,
                        data -> world.has(Plant.NO_INCARNATION)
                                ? anew(data, name)
                                : register(data, name, above, seen.epoch())))
                .compose(epoch -> {
                    world.trace(() -> name + " registered epoch " + epoch);
                    return epoch > 0
                            ? Future.succeededFuture(new Incarnation(name, epoch))
                            : Future.failedFuture("another life began");
                });
    }

    /** Applied when the call arrives, which may be late: by then the node may hold another life. */
    private long register(ModelShard shard, String name, long above, long seen) {
        Incarnation held = node.incarnation();
        long epoch = shard.register(name, above, TTL_MILLIS, seen, world.network.redisNow());
        if (epoch > 0 && held != null) {
            world.endedByRegistration(held, epoch);
        }
        return epoch;
    }

    private long anew(ModelShard shard, String name) {
        shard.bury(name, 1, true, world.network.redisNow());
        shard.leaseAgain(name, world.network.redisNow() + TTL_MILLIS);
        return 1L;
    }

    @Override
    public Future<Boolean> renew(Incarnation incarnation, LeaseState state) {
        long life = state == LeaseState.DRAINING ? DRAIN_MILLIS : TTL_MILLIS;
        remember(incarnation.node());
        return world.network.call(node, world.leaseShardOf(incarnation.node()), shard -> {
            boolean renewed = shard.renew(
                    incarnation.node(),
                    incarnation.epoch(),
                    state.name().toLowerCase(Locale.ROOT),
                    life,
                    world.network.redisNow());
            if (!renewed) {
                world.trace(() -> "redis: refuses to renew " + incarnation);
            }
            return renewed;
        });
    }

    @Override
    public Future<List<Lease>> leases() {
        return world.network
                .call(node, world.shard(0), shard -> List.copyOf(shard.registry()))
                .compose(names -> {
                    List<Future<?>> reads = new ArrayList<>();
                    names.forEach(name -> reads.add(read(name)));
                    return reads.isEmpty()
                            ? Future.succeededFuture(List.of())
                            : Future.join(reads)
                                    .transform(done -> Future.succeededFuture(reads.stream()
                                            .filter(Future::succeeded)
                                            .map(read -> (Lease) read.result())
                                            .toList()));
                });
    }

    private Future<Lease> read(String name) {
        Shard shard = world.leaseShardOf(name);
        return world.network
                .call(node, shard, data -> data.readLease(name, world.network.redisNow()))
                .map(lease -> {
                    LeaseState state = lease.state().equals("missing")
                            ? gone(shard)
                            : LeaseState.valueOf(lease.state().toUpperCase(Locale.ROOT));
                    if (world.has(Plant.REAP_ON_MEMBERSHIP) && !node.hears(name)) {
                        state = LeaseState.DEAD;
                    }
                    return new Lease(name, lease.epoch(), state, Math.max(0, lease.until() - world.network.redisNow()));
                });
    }

    private LeaseState gone(Shard shard) {
        return node.writableSince(shard, TTL_MILLIS) ? LeaseState.MISSING : LeaseState.UNKNOWN;
    }

    @Override
    public Future<Boolean> recordDeath(Incarnation incarnation) {
        return world.network.call(node, world.leaseShardOf(incarnation.node()), shard -> {
            boolean dead = shard.bury(incarnation.node(), incarnation.epoch(), false, world.network.redisNow());
            world.trace(() -> "redis: bury " + incarnation + " by " + node.name() + ": " + dead);
            return dead;
        });
    }

    @Override
    public Future<Void> release(Incarnation incarnation) {
        return world.network.call(node, world.leaseShardOf(incarnation.node()), shard -> {
            shard.bury(incarnation.node(), incarnation.epoch(), true, world.network.redisNow());
            return null;
        });
    }

    @Override
    public Future<Void> remember(String name) {
        return world.network.call(node, world.shard(0), shard -> {
            shard.registry().add(name);
            return null;
        });
    }
}
