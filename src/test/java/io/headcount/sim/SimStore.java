package io.headcount.sim;

import io.headcount.model.Count;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.store.CounterStore;
import io.headcount.store.SessionLog;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The counter store of one node: the model of the scripts at the other end of the network. */
final class SimStore implements CounterStore {
    private final World world;
    private final SimNode node;

    SimStore(World world, SimNode node) {
        this.world = world;
        this.node = node;
    }

    private <R> Future<R> call(String stream, Function<ModelStream, R> operation) {
        return world.network.call(node, world.shardOf(stream), shard -> operation.apply(shard.stream(stream)));
    }

    @Override
    public Future<BatchResult> apply(Batch batch) {
        Future<BatchResult> call = call(batch.stream(), stream -> {
            BatchResult result = stream.apply(batch, world.network.redisNow());
            world.trace(() -> "redis: " + text(batch) + " -> " + text(result));
            return result;
        });
        return world.has(Plant.PENDING_DROPPED_ON_TIMEOUT)
                ? call.otherwise(failure -> new BatchResult.Applied(
                        Count.none(batch.stream(), world.network.redisNow(), Mode.EXACT), batch.sockets()))
                : call;
    }

    @Override
    public Future<BeatResult> beat(Beat beat) {
        return call(beat.stream(), stream -> stream.beat(beat, world.network.redisNow()))
                .map(result -> world.has(Plant.BEAT_SAYS_NOTHING)
                        ? new BeatResult(result.count(), beat.sockets(), beat.lastNumber(), 0, List.of())
                        : result);
    }

    @Override
    public Future<MemberPage> members(String stream, Incarnation incarnation, String cursor) {
        int most = world.pageSize();
        return call(stream, model -> model.scan(incarnation, cursor, most, world.network.redisNow()))
                .compose(page -> {
                    String next =
                            page.size() < most ? "0" : page.get(page.size() - 1).session();
                    return page.isEmpty()
                            ? Future.succeededFuture(new MemberPage(page, next))
                            : call(stream, model -> model.withBeats(page, world.network.redisNow()))
                                    .map(members -> new MemberPage(members, next));
                });
    }

    @Override
    public Future<Count> reap(String stream, Incarnation dead, List<Member> members) {
        return call(stream, model -> {
            world.trace(() -> "redis: reap " + dead + " on " + stream + " " + sessions(members) + " by " + node.name());
            Count count = model.reap(dead, members, world.network.redisNow());
            world.mustBeWhole(model);
            return count;
        });
    }

    @Override
    public Future<Sweep> sweep(String stream, String cursor) {
        return call(stream, model -> List.copyOf(model.users()))
                .compose(users -> call(stream, model -> model.sweep(users, world.network.redisNow())))
                .map(removed -> new Sweep(removed, "0"));
    }

    @Override
    public Future<Void> log(List<FinishedSession> finished) {
        if (world.has(Plant.REMOVE_BEFORE_LOG)) {
            node.after(500, () -> logAll(finished));
            return Future.succeededFuture();
        }
        Future<Void> logged = logAll(finished);
        return world.has(Plant.LOG_DROPPED_ON_TIMEOUT) ? logged.otherwiseEmpty() : logged;
    }

    private Future<Void> logAll(List<FinishedSession> finished) {
        Map<Integer, List<FinishedSession>> parts = new TreeMap<>();
        for (FinishedSession session : finished) {
            parts.computeIfAbsent(
                            Math.floorMod(session.session().hashCode(), SessionLog.PARTS), part -> new ArrayList<>())
                    .add(session);
        }
        List<Future<?>> calls = new ArrayList<>();
        parts.forEach((part, records) -> calls.add(logTo(part, records, 0)));
        return Future.all(calls).mapEmpty();
    }

    private Future<Void> logTo(int part, List<FinishedSession> records, int tries) {
        return world.network
                .<Void>call(node, world.shard(part), shard -> {
                    world.trace(() -> "redis: log "
                            + records.stream()
                                    .map(record -> record.session() + "/" + record.cause())
                                    .toList());
                    shard.append(records);
                    return null;
                })
                .recover(failure -> tries < 2
                        ? logTo((part + 1) % SessionLog.PARTS, records, tries + 1)
                        : Future.failedFuture(failure));
    }

    @Override
    public Future<List<LiveStream>> read(List<String> streams) {
        List<Future<?>> calls = new ArrayList<>();
        for (String stream : streams) {
            calls.add(call(stream, model -> model.read(world.network.redisNow())));
        }
        return Future.all(calls).map(all -> all.list());
    }

    @Override
    public Future<Void> announce(Collection<String> streams) {
        List<Future<?>> calls = new ArrayList<>();
        for (String stream : streams) {
            calls.add(world.network.call(node, world.indexShardOf(stream), shard -> {
                shard.announce(List.of(stream), world.network.redisNow());
                return null;
            }));
        }
        return Future.all(calls).mapEmpty();
    }

    @Override
    public Future<List<String>> liveStreams() {
        List<Future<?>> calls = new ArrayList<>();
        for (int i = 0; i < World.SHARDS; i++) {
            calls.add(world.network.call(node, world.shard(i), ModelShard::index));
        }
        return Future.any(calls)
                .compose(some -> Future.join(calls).otherwiseEmpty())
                .map(done -> {
                    List<String> streams = new ArrayList<>();
                    calls.stream()
                            .filter(Future::succeeded)
                            .forEach(part -> ((List<?>) part.result()).forEach(stream -> streams.add((String) stream)));
                    return streams;
                });
    }

    @Override
    public Future<Void> retire(String stream) {
        return world.network.call(node, world.indexShardOf(stream), shard -> {
            world.trace(() -> "redis: retire " + stream);
            shard.retire(stream, world.network.redisNow());
            return null;
        });
    }

    @Override
    public Future<HistoryPoint> lastBucket(String stream, long bucketMillis) {
        throw new UnsupportedOperationException("nobody asks for it here");
    }

    private static String text(Batch batch) {
        return batch.incarnation() + " " + batch.stream() + " batch " + batch.number()
                + (batch.number() == batch.after() + 1 ? "" : " after " + batch.after())
                + " sockets=" + batch.sockets() + " "
                + batch.changes().stream()
                        .map(change -> (change.joined() ? "+" : "-")
                                + change.session().id() + ":" + change.session().user())
                        .toList();
    }

    private static String text(BatchResult result) {
        return result instanceof BatchResult.Applied applied
                ? "applied viewers=" + applied.count().viewers() + " asserted=" + applied.asserted()
                : result.toString();
    }

    private static List<String> sessions(List<Member> members) {
        return members.stream().map(Member::session).toList();
    }
}
