package io.headcount.chaos;

import io.headcount.client.Viewer;
import io.headcount.client.ViewerOptions;
import io.headcount.client.Viewers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * Viewers that only try the door: every 100 ms one joins on a stream of each shard, notes how long its welcome took, and
 * leaves. Their streams are not the oracle's.
 */
final class Probes implements AutoCloseable {
    private static final int INTERVAL_MILLIS = 100;

    private final Scene scene;
    private final Viewers viewers = Viewers.create(1);
    private final Map<Integer, String> streams;
    private final ConcurrentLinkedQueue<Wait> waits = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private long round;

    private record Wait(int server, long startedAt, long millis) {}

    private Probes(Scene scene, Map<Integer, String> streams) {
        this.scene = scene;
        this.streams = streams;
    }

    static Probes start(Scene scene) {
        Map<Integer, String> streams = new HashMap<>();
        int shards = scene.redis().masters().size();
        for (int i = 0; streams.size() < shards; i++) {
            streams.putIfAbsent(scene.redis().masterOf("{probe-" + i + "}"), "probe-" + i);
        }
        Probes probes = new Probes(scene, streams);
        var unused = probes.timer.scheduleAtFixedRate(probes::probe, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        return probes;
    }

    private void probe() {
        int node = (int) (round++ % Scene.NODES);
        int port = scene.node(node).publicUrl().getPort();
        streams.forEach((server, stream) -> {
            long startedAt = System.nanoTime();
            viewers.connect(ViewerOptions.of("127.0.0.1", port, stream, "probe-" + round))
                    .onComplete(done -> {
                        long millis = (System.nanoTime() - startedAt) / 1_000_000;
                        waits.add(new Wait(server, startedAt, done.succeeded() ? millis : Long.MAX_VALUE));
                    })
                    .onSuccess(Viewer::close);
        });
    }

    /** How long joins waited that began since then, on the shards of those servers. */
    Waits waits(long since, IntPredicate servers) {
        List<Long> millis = new ArrayList<>();
        for (Wait wait : waits) {
            if (wait.startedAt >= since && servers.test(wait.server)) {
                millis.add(wait.millis);
            }
        }
        return new Waits(millis.stream().mapToLong(Long::longValue).sorted().toArray());
    }

    @Override
    public void close() {
        timer.shutdownNow();
        viewers.close();
    }

    /** Waits in ascending order, milliseconds; the longest possible number for one that was not let in. */
    static final class Waits {
        private final long[] millis;

        Waits(long[] millis) {
            this.millis = millis;
        }

        long p99Millis() {
            return millis.length == 0 ? Long.MAX_VALUE : millis[(int) Math.ceil(millis.length * 0.99) - 1];
        }

        @Override
        public String toString() {
            if (millis.length == 0) {
                return "none";
            }
            long failed =
                    Arrays.stream(millis).filter(one -> one == Long.MAX_VALUE).count();
            return millis.length + ", p50 " + millis[millis.length / 2] + " ms, p99 " + p99Millis() + " ms, longest "
                    + millis[millis.length - 1] + " ms" + (failed > 0 ? ", " + failed + " not let in" : "");
        }
    }
}
