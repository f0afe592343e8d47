package io.headcount.bench;

import io.headcount.config.HeadcountConfig;
import io.headcount.dev.EmbeddedRedisCluster;
import io.headcount.dev.SharedServers;
import io.headcount.model.Incarnation;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.Batch;
import io.headcount.store.CounterStore.Beat;
import io.headcount.store.CounterStore.Change;
import io.headcount.store.redis.RedisCounterStore;
import io.headcount.store.redis.RedisRouter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What it costs Redis, replicas included, to be told that everybody is still there: every session's heartbeat once in
 * 20 s, and every (node, stream)'s report once in 5 s, as a node sends them.
 */
final class HeartbeatsScenario implements Scenario {
    private static final int MILLION = 1_000_000;
    private static final int INTERVAL_SECONDS = 20;
    private static final int PHASES = 4;
    /** As a node does: the keys around heartbeats are renewed once in so many rounds. */
    private static final int ROUNDS_PER_RENEWAL = 8;

    private static final int CALLS = 64;

    @Override
    public String name() {
        return "heartbeats";
    }

    @Override
    public String about() {
        return "CPU of Redis, replicas included, for the heartbeats and reports of 1,000,000 sessions";
    }

    @Override
    public void run(BenchRun run) throws Exception {
        Vertx vertx = Vertx.vertx();
        EmbeddedRedisCluster redis = SharedServers.redis();
        try {
            HeadcountConfig config =
                    HeadcountConfig.read(Map.of("redis", Map.of("endpoints", redis.endpoints())), Map.of());
            RedisRouter router = await(RedisRouter.open(vertx, config.redis(), new SimpleMeterRegistry()));
            CounterStore store = new RedisCounterStore(router, new SharedClock(), 300_000);
            int sessions = run.quick() ? 20_000 : 100_000;
            measure(run, new Crowd(store, sessions, 50), 0.5);
            redis.flushAll();
            measure(run, new Crowd(store, sessions, 1_000), 0.5);
            redis.flushAll();
            await(router.close());
        } finally {
            await(vertx.close());
        }
    }

    private static void measure(BenchRun run, Crowd crowd, double asked) throws Exception {
        crowd.join();
        String where = " (" + crowd.each + " sessions a node and stream)";
        int repetitions = run.quick() ? 1 : 3;
        double[] lazy = new double[repetitions];
        double[] eager = new double[repetitions];
        double[] replicas = new double[repetitions];
        crowd.round(true);
        for (int i = 0; i < repetitions; i++) {
            Cost seldom = new Cost();
            for (int round = 0; round < ROUNDS_PER_RENEWAL; round++) {
                crowd.round(round == 0);
            }
            lazy[i] = seldom.cores(crowd.size() * ROUNDS_PER_RENEWAL);
            replicas[i] = seldom.replicaShare();
            Cost always = new Cost();
            crowd.round(true);
            crowd.round(true);
            eager[i] = always.cores(crowd.size() * 2);
        }
        run.limit("Redis for 1,000,000 sessions" + where, "cores", asked, null, lazy);
        run.figure("of this the replicas" + where, "share", replicas);
        run.figure("were all keys renewed each time" + where, "cores", eager);
    }

    private static <T> T await(Future<T> future) throws ExecutionException, InterruptedException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** CPU that the Redis servers took since it was made. */
    private static final class Cost {
        private final EmbeddedRedisCluster redis = SharedServers.redis();
        private final Set<Integer> masters = new HashSet<>(redis.masters());
        private final long[] before = cpuMicros();
        private double replicaShare;

        private long[] cpuMicros() {
            long[] micros = new long[EmbeddedRedisCluster.SIZE];
            for (int i = 0; i < micros.length; i++) {
                micros[i] = Proc.cpuMicros(redis.pid(i));
            }
            return micros;
        }

        /** Cores that a million sessions would take, when so many renewals took what was taken since. */
        double cores(long renewals) throws InterruptedException {
            // What replicas are still to do.
            BenchRun.hold(0.5);
            long[] now = cpuMicros();
            double all = 0;
            double ofReplicas = 0;
            for (int i = 0; i < now.length; i++) {
                all += now[i] - before[i];
                ofReplicas += masters.contains(i) ? 0 : now[i] - before[i];
            }
            replicaShare = ofReplicas / all;
            return all / renewals * MILLION / INTERVAL_SECONDS / 1e6;
        }

        double replicaShare() {
            return replicaShare;
        }
    }

    /** Sessions of twenty nodes, as many of each on each stream. */
    private static final class Crowd {
        private static final int NODES = 20;

        private final CounterStore store;
        private final int each;
        private final List<Part> parts = new ArrayList<>();

        Crowd(CounterStore store, int sessions, int each) {
            this.store = store;
            this.each = each;
            for (int stream = 0; stream < sessions / NODES / each; stream++) {
                for (int node = 0; node < NODES; node++) {
                    parts.add(new Part("bench-" + stream, new Incarnation("node-" + node, 1), each));
                }
            }
        }

        long size() {
            return (long) parts.size() * each;
        }

        void join() throws Exception {
            for (Part part : parts) {
                List<Change> changes = part.sessions.stream()
                        .map(session -> new Change(session, true))
                        .toList();
                for (int from = 0; from < changes.size(); from += CounterStore.MAX_BATCH) {
                    int to = Math.min(changes.size(), from + CounterStore.MAX_BATCH);
                    await(store.apply(new Batch(
                            part.stream, part.node, ++part.number, part.number - 1, to, changes.subList(from, to))));
                }
            }
        }

        /** All that the nodes send in 20 s. */
        void round(boolean renewKeys) throws Exception {
            List<Future<?>> calls = new ArrayList<>();
            for (int phase = 0; phase < PHASES; phase++) {
                for (Part part : parts) {
                    List<Session> due = part.sessions.subList(each * phase / PHASES, each * (phase + 1) / PHASES);
                    calls.add(store.beat(new Beat(part.stream, part.node, each, part.number, due, renewKeys, false)));
                    if (calls.size() == CALLS) {
                        await(Future.all(calls));
                        calls.clear();
                    }
                }
            }
            await(Future.all(calls));
        }
    }

    private static final class Part {
        private final String stream;
        private final Incarnation node;
        private final List<Session> sessions = new ArrayList<>();
        private long number;

        Part(String stream, Incarnation node, int size) {
            this.stream = stream;
            this.node = node;
            for (int i = 0; i < size; i++) {
                String id = node.node() + "-" + i + "-abcdefghijkl";
                sessions.add(new Session(stream, "user-" + node.node() + "-" + i, id, 1_000, 0));
            }
        }
    }
}
