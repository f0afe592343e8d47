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

/**
 * A real Redis Cluster on loopback: six redis-server processes, three masters with a replica each.
 *
 * <p>The servers are numbered 0 to 5, by their place, not by their role: at first 0 to 2 are masters and 3 to 5 their
 * replicas, later whatever failovers made of them ({@link #masters()} asks). Data lies under the folder by number, not
 * by port, so a stopped cluster can be started again on other ports: the addresses that it remembers are rewritten.
 *
 * <p>Not for use by several threads at once, but for {@link #endpoints()}.
 */
public final class EmbeddedRedisCluster implements EmbeddedRedis {
    /** Masters and replicas together. */
    public static final int SIZE = 6;

    private static final String HOST = "127.0.0.1";
    private static final int CALL_TIMEOUT_MILLIS = 2_000;
    private static final Duration FORMED_WITHIN = Duration.ofSeconds(30);

    private final Options options;
    private final IntFunction<String> more;
    private final List<Integer> ports;
    private final List<Integer> busPorts;
    private final List<ChildProcess> servers = new ArrayList<>();

    /**
     * How the cluster is set up.
     *
     * @param folder data, configuration; servers' logs lie in {@code logs}
     * @param logs where the servers' logs are written
     * @param ports six ports for clients
     * @param busPorts six ports for the cluster among itself
     * @param nodeTimeoutMillis silence after which a server counts as failed
     * @param persistent whether data survives a restart (append-only file)
     * @param orphanSignal TERM or KILL: what the servers get when this JVM dies
     */
    public record Options(
            Path folder,
            Path logs,
            List<Integer> ports,
            List<Integer> busPorts,
            int nodeTimeoutMillis,
            boolean persistent,
            String orphanSignal) {
        public Options {
            folder = folder.toAbsolutePath();
            logs = logs.toAbsolutePath();
            ports = List.copyOf(ports);
            busPorts = List.copyOf(busPorts);
            if (ports.size() != SIZE || busPorts.size() != SIZE) {
                throw new IllegalArgumentException("a cluster needs " + SIZE + " ports and as many bus ports");
            }
        }

        /** For tests: free ports, nothing kept, failover within about two seconds. */
        public static Options forTests(Path folder) {
            return new Options(folder, folder, Ports.pick(SIZE), Ports.pick(SIZE), 1_000, false, "KILL");
        }
    }

    private EmbeddedRedisCluster(Options options, IntFunction<String> more) {
        this.options = options;
        this.more = more;
        this.ports = new ArrayList<>(options.ports());
        this.busPorts = new ArrayList<>(options.busPorts());
    }

    /**
     * Starts a cluster, from the folder's data if there is any, and waits until every server agrees that it is whole.
     *
     * @throws IllegalStateException naming the server and its log when one does not start
     */
    public static EmbeddedRedisCluster start(Options options) {
        return start(options, server -> "");
    }

    /** As {@link #start(Options)}; {@code more} gives further lines of a server's configuration. */
    public static EmbeddedRedisCluster start(Options options, IntFunction<String> more) {
        EmbeddedRedisCluster cluster = new EmbeddedRedisCluster(options, more);
        try {
            boolean known = Files.exists(cluster.home(0).resolve(RedisNodesFile.NAME));
            if (known) {
                RedisNodesFile.moveTo(cluster.homes(), options.ports(), options.busPorts());
            }
            for (int i = 0; i < SIZE; i++) {
                cluster.servers.add(cluster.startServer(i));
            }
            for (int i = 0; i < SIZE; i++) {
                cluster.awaitAnswer(i);
            }
            RedisClusterForming forming = new RedisClusterForming(cluster);
            if (!known) {
                forming.form();
            }
            cluster.awaitHealthy(FORMED_WITHIN);
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw new UncheckedIOException("the Redis Cluster did not start: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** {@code host:port} of all six. */
    @Override
    public List<String> endpoints() {
        return options.ports().stream().map(port -> HOST + ":" + port).toList();
    }

    /** The clients' port of a server. */
    public int port(int server) {
        return ports.get(server);
    }

    /** The port of a server for the other servers. */
    public int busPort(int server) {
        return busPorts.get(server);
    }

    /**
     * Starts one server more, with the next number. It is empty and knows no other: to make it a part of the cluster is
     * the caller's, who can then not use {@link #awaitHealthy} any more.
     *
     * @return its number
     */
    public int grow(int port, int busPort) {
        ports.add(port);
        busPorts.add(busPort);
        int server = servers.size();
        servers.add(startServer(server));
        try {
            awaitAnswer(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return server;
    }

    /** The process of a server, the present one if it was restarted. */
    public ChildProcess process(int server) {
        return servers.get(server);
    }

    /** A server's process id. */
    public long pid(int server) {
        return process(server).pid();
    }

    /** SIGKILL. */
    public void kill(int server) {
        process(server).kill();
    }

    /** SIGSTOP. */
    public void pause(int server) {
        process(server).pause();
    }

    /** SIGCONT. */
    public void resume(int server) {
        process(server).resume();
    }

    /** Starts a server again at its address after stopping it where it runs; without persistence it is empty. */
    public void restart(int server) {
        process(server).stop(Duration.ofSeconds(5));
        servers.set(server, startServer(server));
        try {
            awaitAnswer(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The servers that say they are masters, in ascending order; those that do not answer are left out. */
    public List<Integer> masters() {
        return IntStream.range(0, servers.size())
                .filter(i -> process(i).isAlive() && role(i).equals("master"))
                .boxed()
                .toList();
    }

    /** {@code master} or {@code slave}; {@code unreachable} when the server does not answer. */
    public String role(int server) {
        try {
            return (String) ((List<?>) call(server, "ROLE")).get(0);
        } catch (IOException e) {
            return "unreachable";
        }
    }

    /**
     * The server that owns a key's slot, in the view of the lowest-numbered server that answers.
     *
     * @throws IllegalStateException when nobody does
     */
    public int masterOf(String key) {
        for (int i = 0; i < servers.size(); i++) {
            int owner = ownerAccordingTo(i, key);
            if (owner >= 0) {
                return owner;
            }
        }
        throw new IllegalStateException("no server knows who owns the slot of " + key);
    }

    private int ownerAccordingTo(int server, String key) {
        try {
            long slot = (Long) call(server, "CLUSTER", "KEYSLOT", key);
            for (Object range : (List<?>) call(server, "CLUSTER", "SLOTS")) {
                List<?> fields = (List<?>) range;
                if ((Long) fields.get(0) <= slot && slot <= (Long) fields.get(1)) {
                    long port = (Long) ((List<?>) fields.get(2)).get(1);
                    return ports.indexOf((int) port);
                }
            }
            return -1;
        } catch (IOException e) {
            // This one is down; the next may know.
            return -1;
        }
    }

    /**
     * Sends one command to one server on a connection of its own.
     *
     * @return a String, a Long, null, or a List of these
     * @throws IOException when the server is out of reach for 2 s, or says no
     */
    public Object call(int server, String... command) throws IOException {
        try (RespClient client = new RespClient(HOST, port(server), CALL_TIMEOUT_MILLIS)) {
            return client.call(command);
        }
    }

    /**
     * Sends one command to whoever owns its key, as {@code redis-cli -c} does.
     *
     * @return the reply as text, null for none
     */
    public String run(String... command) throws IOException {
        int server = masters().get(0);
        for (int attempt = 0; attempt < SIZE; attempt++) {
            try {
                Object reply = call(server, command);
                return reply == null ? null : reply.toString();
            } catch (RespClient.RespException e) {
                if (!e.getMessage().startsWith("MOVED ")) {
                    throw e;
                }
                String moved = e.getMessage();
                server = ports.indexOf(Integer.valueOf(moved.substring(moved.lastIndexOf(':') + 1)));
            }
        }
        throw new IOException("sent from server to server: " + String.join(" ", command));
    }

    /** Empties all masters. */
    public void flushAll() {
        for (int master : masters()) {
            try {
                call(master, "FLUSHALL", "SYNC");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Waits until all six agree that all slots are served and every replica's link is up.
     *
     * @throws IllegalStateException with what is amiss when it takes longer
     */
    public void awaitHealthy(Duration limit) {
        new RedisClusterForming(this).awaitHealthy(limit);
    }

    /** Stops all at once; those that do not obey within five seconds are killed. */
    @Override
    public void close() {
        List<ChildProcess> running = List.copyOf(servers);
        if (options.persistent()) {
            ChildProcess.stopAll(running, Duration.ofSeconds(5));
        } else {
            running.forEach(ChildProcess::kill);
        }
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("HEADCOUNT_REDIS_MODE", "cluster", "HEADCOUNT_REDIS_ENDPOINTS", String.join(",", endpoints()));
    }

    @Override
    public List<ChildProcess> processes() {
        return List.copyOf(servers);
    }

    private Path home(int server) {
        return options.folder().resolve(Integer.toString(server));
    }

    private List<Path> homes() {
        return IntStream.range(0, SIZE).mapToObj(this::home).toList();
    }

    private void awaitAnswer(int server) throws IOException {
        long deadline = System.nanoTime() + FORMED_WITHIN.toNanos();
        ChildProcess process = process(server);
        while (true) {
            if (!process.isAlive()) {
                throw new IllegalStateException(process.name() + " ended with code " + process.exitCode() + "; its log "
                        + process.log() + " ends with: " + String.join(" | ", process.tail(3)));
            }
            try {
                call(server, "PING");
                return;
            } catch (RespClient.RespException e) {
                // It loads its data from disk and will answer when it has.
                Pause.millis(20);
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Pause.millis(20);
            }
        }
    }

    private ChildProcess startServer(int server) {
        try {
            Files.createDirectories(home(server));
            Path file = home(server).resolve("redis.conf");
            Files.writeString(file, configuration(server));
            return ChildProcess.start(new ChildProcess.Spec(
                    "redis-" + server,
                    List.of(ServerBinaries.redisServer().toString(), file.toString()),
                    home(server),
                    Map.of(),
                    options.logs().resolve("redis-" + server + ".log"),
                    options.orphanSignal()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String configuration(int server) {
        // set-proc-title: the command line stays ours, so that a process left behind can be told from a stranger's.
        return """
                port %d
                cluster-port %d
                bind 127.0.0.1
                protected-mode yes
                daemonize no
                set-proc-title no
                dir "%s"
                cluster-enabled yes
                cluster-config-file %s
                cluster-node-timeout %d
                cluster-require-full-coverage no
                cluster-allow-replica-migration no
                maxmemory-policy noeviction
                lazyfree-lazy-expire yes
                repl-diskless-sync-delay 0
                save ""
                appendonly %s
                """.formatted(
                                port(server),
                                busPort(server),
                                home(server),
                                RedisNodesFile.NAME,
                                options.nodeTimeoutMillis(),
                                options.persistent() ? "yes" : "no")
                + more.apply(server);
    }
}
