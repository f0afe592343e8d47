package io.headcount.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** One real Redis on loopback that is no cluster. */
public final class EmbeddedStandaloneRedis implements EmbeddedRedis {
    private final RedisServer server;
    private final boolean persistent;

    private EmbeddedStandaloneRedis(RedisServer server, boolean persistent) {
        this.server = server;
        this.persistent = persistent;
    }

    /**
     * Starts one.
     *
     * @param persistent whether data survives a restart
     * @param more lines of configuration
     */
    public static EmbeddedStandaloneRedis start(
            Path folder, Path logs, int port, boolean persistent, String orphanSignal, String more) {
        EmbeddedStandaloneRedis redis = new EmbeddedStandaloneRedis(
                new RedisServer("redis-0", folder.resolve("0"), logs, port, false, orphanSignal), persistent);
        redis.server.configure("""
                maxmemory-policy noeviction
                lazyfree-lazy-expire yes
                save ""
                appendonly %s
                %s
                """.formatted(persistent ? "yes" : "no", more));
        redis.server.start();
        try {
            redis.server.awaitAnswer();
            return redis;
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    /** For tests: on a free port, nothing kept. */
    public static EmbeddedStandaloneRedis forTests(String more) {
        Path folder = SharedServers.newFolder("standalone");
        return start(folder, folder, Ports.pick(), false, "KILL", more);
    }

    /** The process, the present one if it was restarted. */
    public ChildProcess process() {
        return server.process();
    }

    /** Starts it again at its address; without persistence it is empty. */
    public void restart() {
        server.restart();
    }

    /** As {@link EmbeddedRedisCluster#call}. */
    public Object call(String... command) throws IOException {
        return server.call(command);
    }

    @Override
    public List<String> endpoints() {
        return List.of(server.address());
    }

    @Override
    public List<ChildProcess> processes() {
        return List.of(server.process());
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("HEADCOUNT_REDIS_MODE", "standalone", "HEADCOUNT_REDIS_ENDPOINTS", server.address());
    }

    @Override
    public void close() {
        if (persistent) {
            server.process().stop(Duration.ofSeconds(5));
        } else {
            server.process().kill();
        }
    }
}
