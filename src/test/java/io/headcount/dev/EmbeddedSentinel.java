package io.headcount.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A real Redis with Sentinel on loopback: a master with two replicas, and three sentinels of which two must agree.
 * Servers and sentinels are numbered 0 to 2 each, by their place; which server is the master {@link #master} says.
 */
public final class EmbeddedSentinel implements EmbeddedRedis {
    /** Redis servers, and as many sentinels. */
    public static final int SIZE = 3;

    /** What the sentinels call the master. */
    public static final String MASTER_NAME = "headcount";

    private static final Duration READY_WITHIN = Duration.ofSeconds(30);

    private final Options options;
    private final Tls tls;
    private final List<RedisServer> servers = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();

    /**
     * How it is set up.
     *
     * @param folder data, configuration
     * @param ports of the servers
     * @param sentinelPorts of the sentinels
     * @param downAfterMillis silence after which a server counts as failed
     * @param persistent whether data survives a restart (append-only file)
     * @param orphanSignal TERM or KILL: what the processes get when this JVM dies
     */
    public record Options(
            Path folder,
            Path logs,
            List<Integer> ports,
            List<Integer> sentinelPorts,
            int downAfterMillis,
            boolean persistent,
            String orphanSignal) {
        /** For tests: free ports, nothing kept, failover within a few seconds. */
        public static Options forTests() {
            Path folder = SharedServers.newFolder("sentinel");
            return new Options(folder, folder, Ports.pick(SIZE), Ports.pick(SIZE), 1_000, false, "KILL");
        }
    }

    /**
     * Encryption: clients and the servers among themselves use these ports, and only this class those of the options.
     *
     * @param more lines of a server's or sentinel's configuration, by its TLS port
     */
    public record Tls(List<Integer> ports, List<Integer> sentinelPorts, IntFunction<String> more) {}

    private EmbeddedSentinel(Options options, Tls tls) {
        this.options = options;
        this.tls = tls;
    }

    /** Starts all and waits until every sentinel knows the replicas and the other sentinels. */
    public static EmbeddedSentinel start(Options options) {
        return start(options, new Tls(options.ports(), options.sentinelPorts(), port -> ""));
    }

    /** As {@link #start(Options)}, encrypted. */
    public static EmbeddedSentinel start(Options options, Tls tls) {
        EmbeddedSentinel redis = new EmbeddedSentinel(options, tls);
        try {
            int master = redis.lastMaster();
            for (int i = 0; i < SIZE; i++) {
                redis.servers.add(redis.server(i, master));
                redis.servers.get(i).start();
            }
            redis.servers.forEach(RedisServer::awaitAnswer);
            for (int i = 0; i < SIZE; i++) {
                redis.sentinels.add(redis.sentinel(i, master));
                redis.sentinels.get(i).start();
            }
            redis.sentinels.forEach(RedisServer::awaitAnswer);
            redis.awaitHealthy();
            return redis;
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    /** The server that was master when all was stopped: the one that nobody told to replicate another. */
    private int lastMaster() {
        return IntStream.range(0, SIZE)
                .filter(i -> {
                    Path file = home(i).resolve("redis.conf");
                    try (Stream<String> lines = Files.exists(file) ? Files.lines(file) : Stream.of("replicaof")) {
                        return lines.noneMatch(line -> line.startsWith("replicaof"));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .findFirst()
                .orElse(0);
    }

    private Path home(int server) {
        return options.folder().resolve(Integer.toString(server));
    }

    private RedisServer server(int i, int master) {
        String role = i == master ? "" : "replicaof 127.0.0.1 " + tls.ports().get(master);
        return new RedisServer(
                        "redis-" + i, home(i), options.logs(), options.ports().get(i), false, options.orphanSignal())
                .configure("""
                        maxmemory-policy noeviction
                        lazyfree-lazy-expire yes
                        repl-diskless-sync-delay 0
                        replica-announce-ip 127.0.0.1
                        save ""
                        appendonly %s
                        %s
                        """.formatted(options.persistent() ? "yes" : "no", role)
                        + tls.more().apply(tls.ports().get(i)));
    }

    private RedisServer sentinel(int i, int master) {
        String name = "redis-sentinel-" + i;
        return new RedisServer(
                        name,
                        options.folder().resolve("sentinel-" + i),
                        options.logs(),
                        options.sentinelPorts().get(i),
                        true,
                        options.orphanSignal())
                .configure("""
                        sentinel monitor %1$s 127.0.0.1 %2$d 2
                        sentinel down-after-milliseconds %1$s %3$d
                        sentinel failover-timeout %1$s 6000
                        sentinel parallel-syncs %1$s 2
                        """.formatted(MASTER_NAME, tls.ports().get(master), options.downAfterMillis())
                        + tls.more().apply(tls.sentinelPorts().get(i)));
    }

    /** Waits until every sentinel knows of two replicas and two others, and all servers but one replicate. */
    public void awaitHealthy() {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (!isHealthy()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Redis with Sentinel is not whole after " + READY_WITHIN.toSeconds()
                        + " s; see the logs in " + options.logs());
            }
            Pause.millis(50);
        }
    }

    private boolean isHealthy() {
        try {
            for (RedisServer sentinel : sentinels) {
                String known = String.valueOf(sentinel.call("INFO", "sentinel"));
                if (!known.contains("status=ok") || !known.contains("slaves=2,sentinels=3")) {
                    return false;
                }
            }
            int linked = 0;
            for (RedisServer server : servers) {
                String role = String.valueOf(server.call("INFO", "replication"));
                linked += role.contains("master_link_status:up") ? 1 : 0;
            }
            return linked == SIZE - 1;
        } catch (IOException e) {
            return false;
        }
    }

    /** The server that most sentinels name as the master; -1 when none of them answers. */
    public int master() {
        int best = -1;
        int most = 0;
        List<Integer> named = sentinels.stream().map(this::masterAccordingTo).toList();
        for (int each : named) {
            int votes = (int) named.stream().filter(other -> other == each).count();
            if (each >= 0 && votes > most) {
                best = each;
                most = votes;
            }
        }
        return best;
    }

    private int masterAccordingTo(RedisServer sentinel) {
        if (!sentinel.process().isAlive()) {
            return -1;
        }
        try {
            List<?> address = (List<?>) sentinel.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME);
            return tls.ports().indexOf(Integer.valueOf((String) address.get(1)));
        } catch (IOException e) {
            return -1;
        }
    }

    /** A failover without a fault: a replica is promoted now. */
    public void failover() throws IOException {
        for (RedisServer sentinel : sentinels) {
            if (sentinel.process().isAlive()) {
                sentinel.call("SENTINEL", "FAILOVER", MASTER_NAME);
                return;
            }
        }
        throw new IOException("no sentinel runs");
    }

    /** The clients' port of a server. */
    public int port(int server) {
        return options.ports().get(server);
    }

    /** A server's process, the present one if it was restarted. */
    public ChildProcess process(int server) {
        return servers.get(server).process();
    }

    /** A sentinel's process. */
    public ChildProcess sentinel(int sentinel) {
        return sentinels.get(sentinel).process();
    }

    /** Starts a server again at its address, with the configuration that sentinels left it. */
    public void restart(int server) {
        servers.get(server).restart();
    }

    /** Starts a sentinel again at its address. */
    public void restartSentinel(int sentinel) {
        sentinels.get(sentinel).restart();
    }

    /** As {@link EmbeddedRedisCluster#call}. */
    public Object call(int server, String... command) throws IOException {
        return servers.get(server).call(command);
    }

    /** {@code host:port} of the sentinels. */
    public List<String> sentinelEndpoints() {
        return tls.sentinelPorts().stream().map(port -> "127.0.0.1:" + port).toList();
    }

    @Override
    public List<String> endpoints() {
        return tls.ports().stream().map(port -> "127.0.0.1:" + port).toList();
    }

    @Override
    public List<ChildProcess> processes() {
        return Stream.concat(sentinels.stream(), servers.stream())
                .map(RedisServer::process)
                .filter(process -> process != null)
                .toList();
    }

    @Override
    public Map<String, String> environment() {
        return Map.of(
                "HEADCOUNT_REDIS_MODE",
                "sentinel",
                "HEADCOUNT_REDIS_MASTER_NAME",
                MASTER_NAME,
                "HEADCOUNT_REDIS_SENTINELS",
                String.join(",", sentinelEndpoints()));
    }

    /** Sentinels first, or they would fail over what is being stopped. */
    @Override
    public void close() {
        for (ChildProcess process : processes()) {
            if (options.persistent()) {
                process.stop(Duration.ofSeconds(5));
            } else {
                process.kill();
            }
        }
    }
}
