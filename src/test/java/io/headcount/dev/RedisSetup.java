package io.headcount.dev;

import java.nio.file.Path;
import java.util.List;

/** How {@code scripts/run} sets Redis up; the names are those of its option and of {@code redis.mode}. */
enum RedisSetup {
    /** Six servers. */
    cluster("Redis Cluster (3 masters, 3 replicas)"),
    /** Three servers and as many sentinels. */
    sentinel("Redis with Sentinel (1 master, 2 replicas, 3 sentinels)"),
    /** One server. */
    standalone("one Redis");

    private static final int DOWN_AFTER_MILLIS = 5_000;

    private final String what;

    RedisSetup(String what) {
        this.what = what;
    }

    String what() {
        return what;
    }

    /** Starts it; each set-up keeps its data in a folder of its own. */
    EmbeddedRedis start(Path folder, Path logs, RunPorts ports) {
        List<Integer> servers = ports.redis();
        return switch (this) {
            case cluster ->
                EmbeddedRedisCluster.start(new EmbeddedRedisCluster.Options(
                        folder, logs, servers, ports.redisBus(), DOWN_AFTER_MILLIS, true, "TERM"));
            case sentinel ->
                EmbeddedSentinel.start(new EmbeddedSentinel.Options(
                        folder.resolve(name()),
                        logs,
                        servers.subList(0, EmbeddedSentinel.SIZE),
                        servers.subList(EmbeddedSentinel.SIZE, 2 * EmbeddedSentinel.SIZE),
                        DOWN_AFTER_MILLIS,
                        true,
                        "TERM"));
            case standalone ->
                EmbeddedStandaloneRedis.start(folder.resolve(name()), logs, servers.get(0), true, "TERM", "");
        };
    }
}
