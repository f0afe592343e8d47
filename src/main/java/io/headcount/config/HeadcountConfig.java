package io.headcount.config;

import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.Map;

/**
 * The whole configuration of a node. Every value is within its range; sizes in bytes, times in milliseconds.
 *
 * @param nodeId this node's id, the same over restarts
 * @param warnings what is worth telling but does not keep the node from starting
 */
public record HeadcountConfig(
        String nodeId,
        List<Role> roles,
        Http http,
        Http management,
        EdgeConfig edge,
        WebSocket webSocket,
        LimitsConfig limits,
        AuthConfig auth,
        Streams streams,
        Redis redis,
        MySqlConfig mysql,
        Cluster cluster,
        Counting counting,
        Push push,
        Books books,
        RetentionConfig retention,
        StatisticsConfig statistics,
        Reconciler reconciler,
        List<String> warnings) {

    private static final String ID = "[A-Za-z0-9_-]{1,64}";
    private static final String HOST = "[A-Za-z0-9._:-]+";
    private static final String HOST_PORT = "[A-Za-z0-9._-]+:[0-9]{1,5}";

    /**
     * Checks a configuration.
     *
     * @param tree the file's content, maps in maps
     * @param environment variables that override it
     * @throws ConfigException with everything that is wrong
     */
    public static HeadcountConfig read(Map<String, ?> tree, Map<String, String> environment) throws ConfigException {
        Settings s = new Settings(tree, environment);
        Http http = Http.read(s, "http", 8080);
        Http management = Http.read(s, "management", 8081);
        AuthConfig auth = AuthConfig.read(s, http.host());
        HeadcountConfig config = new HeadcountConfig(
                s.text("node.id", defaultNodeId(http.port()), ID, "1 to 64 characters of A-Z, a-z, 0-9, _ and -"),
                s.choices("roles", List.of(Role.values()), Role.class),
                http,
                management,
                EdgeConfig.read(s),
                WebSocket.read(s),
                LimitsConfig.read(s, auth.mode() == AuthConfig.Mode.OPEN),
                auth,
                Streams.read(s),
                Redis.read(s),
                MySqlConfig.read(s),
                Cluster.read(s),
                Counting.read(s),
                Push.read(s),
                Books.read(s),
                RetentionConfig.read(s),
                StatisticsConfig.read(s),
                Reconciler.read(s),
                s.unknownEnvironment().stream()
                        .map(name -> "environment variable " + name + " is no key of the configuration")
                        .toList());
        s.check();
        return config;
    }

    /** Whether the node has a role. */
    public boolean has(Role role) {
        return roles.contains(role);
    }

    private static String defaultNodeId(int port) {
        String host = System.getenv().getOrDefault("HOSTNAME", "node").replaceAll("[^A-Za-z0-9_-]", "-");
        return host.substring(0, Math.min(host.length(), 58)) + "-" + port;
    }

    /** A listening HTTP server. */
    public record Http(String host, int port) {
        static Http read(Settings s, String prefix, int port) {
            return new Http(
                    s.text(prefix + ".host", "127.0.0.1", HOST, "a host name or address"),
                    s.integer(prefix + ".port", port, 1, 65_535));
        }

        /**
         * What an operator is told when the server cannot listen; a failure of another kind is returned as it is.
         *
         * @param prefix of the keys: {@code http} or {@code management}
         */
        public Throwable listenFailure(String prefix, Throwable failure) {
            String key = prefix + ".port";
            String reason = String.valueOf(failure.getMessage());
            // The native transport throws an IOException of its own where the JDK throws a BindException.
            boolean taken = failure instanceof IOException && reason.contains("already in use");
            if (!taken && !(failure instanceof BindException)) {
                return failure;
            }
            BindException told = new BindException(key + ": " + host + ":" + port
                    + (taken ? " is taken by another program; stop it or" : " cannot be listened on (" + reason + ");")
                    + " set " + key + " / " + Settings.environmentName(key));
            told.initCause(failure);
            return told;
        }
    }

    /**
     * Viewers' sockets.
     *
     * @param instances event loops that hold sockets
     * @param pingIntervalMillis between pings of an idle socket
     * @param silenceLimitMillis without any packet until the socket is closed
     * @param sendBufferBytes kernel buffer, 0 for the system's default
     * @param receiveBufferBytes kernel buffer, 0 for the system's default
     * @param acceptBacklog connections waiting to be accepted
     * @param allowedOrigins origins besides the own host, {@code *} for all
     */
    public record WebSocket(
            int instances,
            int pingIntervalMillis,
            int silenceLimitMillis,
            int sendBufferBytes,
            int receiveBufferBytes,
            int acceptBacklog,
            List<String> allowedOrigins) {
        static WebSocket read(Settings s) {
            int cores = Runtime.getRuntime().availableProcessors();
            WebSocket webSocket = new WebSocket(
                    s.integer("websocket.instances", cores, 1, 64),
                    s.integer("websocket.pingIntervalMillis", 20_000, 1_000, 300_000),
                    s.integer("websocket.silenceLimitMillis", 45_000, 2_000, 900_000),
                    s.integer("websocket.sendBufferBytes", 8_192, 0, 16_777_216),
                    s.integer("websocket.receiveBufferBytes", 8_192, 0, 16_777_216),
                    s.integer("websocket.acceptBacklog", 4_096, 1, 65_535),
                    s.list(
                            "websocket.allowedOrigins",
                            List.of(),
                            "\\*|https?://[^/\\s]+",
                            "* or scheme://host[:port]"));
            if (webSocket.silenceLimitMillis <= webSocket.pingIntervalMillis) {
                s.problem(
                        "websocket.silenceLimitMillis",
                        webSocket.silenceLimitMillis,
                        "longer than websocket.pingIntervalMillis (" + webSocket.pingIntervalMillis + ")");
            }
            return webSocket;
        }
    }

    /** Which streams there are. */
    public record Streams(Registration registration) {
        static Streams read(Settings s) {
            return new Streams(s.choice("streams.registration", Registration.OPEN, Registration.class));
        }
    }

    /** Whether a stream has to be known. */
    public enum Registration {
        /** The first viewer creates it. */
        OPEN,
        /** 404 for one that master data does not know. */
        STRICT
    }

    /**
     * The live state.
     *
     * @param endpoints {@code host:port}; of a cluster all nodes
     * @param addressMap {@code announced=reached}, both {@code host:port}: where a server that the cluster names is to be
     *     reached from here instead (behind NAT, a tunnel or a proxy)
     * @param callTimeoutMillis for any one call
     * @param maxInFlight calls waiting for an answer, a connection
     */
    public record Redis(
            RedisMode mode,
            List<String> endpoints,
            List<String> addressMap,
            String user,
            String password,
            int callTimeoutMillis,
            int connectTimeoutMillis,
            int maxInFlight) {
        static Redis read(Settings s) {
            return new Redis(
                    s.choice("redis.mode", RedisMode.CLUSTER, RedisMode.class),
                    s.list("redis.endpoints", List.of("127.0.0.1:6379"), HOST_PORT, "a list of host:port"),
                    s.list("redis.addressMap", List.of(), HOST_PORT + "=" + HOST_PORT, "a list of host:port=host:port"),
                    s.text("redis.user", ""),
                    s.text("redis.password", ""),
                    s.integer("redis.callTimeoutMillis", 1_000, 50, 60_000),
                    s.integer("redis.connectTimeoutMillis", 1_000, 50, 60_000),
                    s.integer("redis.maxInFlight", 2_048, 1, 65_536));
        }

        /** Where a server is reached that is known as {@code address}. */
        public String reachedAt(String address) {
            String prefix = address + "=";
            return addressMap.stream()
                    .filter(entry -> entry.startsWith(prefix))
                    .map(entry -> entry.substring(prefix.length()))
                    .findFirst()
                    .orElse(address);
        }
    }

    /** How Redis is set up. */
    public enum RedisMode {
        CLUSTER,
        STANDALONE
    }

    /**
     * The nodes together.
     *
     * @param enabled false: this node is alone and starts no Hazelcast
     * @param host address that the others reach this node at
     * @param port Hazelcast's port
     * @param busPort the event bus' port
     * @param announcedPort where the others reach {@code port}, where ports are mapped; 0 for the same
     * @param announcedBusPort the same of {@code busPort}
     * @param members {@code host:port} (Hazelcast's) of nodes to join
     * @param expectedNodes ready only when so many are there
     * @param file Hazelcast's XML configuration, relative to the configuration file's folder
     */
    public record Cluster(
            boolean enabled,
            String host,
            int port,
            int busPort,
            int announcedPort,
            int announcedBusPort,
            List<String> members,
            int expectedNodes,
            String file) {
        static Cluster read(Settings s) {
            return new Cluster(
                    s.flag("cluster.enabled", true),
                    s.text("cluster.host", "127.0.0.1", HOST, "a host name or address"),
                    s.integer("cluster.port", 5701, 1, 65_535),
                    s.integer("cluster.busPort", 5801, 1, 65_535),
                    s.integer("cluster.announcedPort", 0, 0, 65_535),
                    s.integer("cluster.announcedBusPort", 0, 0, 65_535),
                    s.list("cluster.members", List.of(), HOST_PORT, "a list of host:port"),
                    s.integer("cluster.expectedNodes", 1, 1, 1_000),
                    s.text("cluster.file", "cluster.xml"));
        }
    }

    /**
     * The way of a join.
     *
     * @param instances counter verticles
     * @param batchMillis how long joins are gathered at most before they are sent to the counter
     * @param batchSize how many are gathered at most
     * @param beatMillis between reports of a stream; a session's heartbeat is renewed every fourth time
     */
    public record Counting(int instances, int batchMillis, int batchSize, int beatMillis) {
        static Counting read(Settings s) {
            return new Counting(
                    s.integer(
                            "counting.instances",
                            Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                            1,
                            64),
                    s.integer("counting.batchMillis", 10, 1, 1_000),
                    s.integer("counting.batchSize", 256, 1, 500),
                    s.integer("counting.beatMillis", 5_000, 500, 14_000));
        }
    }

    /**
     * Counts to viewers.
     *
     * @param intervalMillis between two counts of a stream at least
     * @param lifeSignMillis between two counts of a stream at most
     */
    public record Push(int intervalMillis, int lifeSignMillis) {
        static Push read(Settings s) {
            return new Push(
                    s.integer("push.intervalMillis", 500, 50, 60_000),
                    s.integer("push.lifeSignMillis", 2_000, 500, 4_000));
        }
    }

    /**
     * The books.
     *
     * @param flushMillis between two writes of current counts
     * @param historyMillis length of a history bucket
     * @param sessionPollMillis between two looks at the session log
     * @param retryMillis wait after a failed write
     */
    public record Books(int flushMillis, int historyMillis, int sessionPollMillis, int retryMillis) {
        static Books read(Settings s) {
            return new Books(
                    s.integer("books.flushMillis", 1_000, 50, 60_000),
                    s.integer("books.historyMillis", 300_000, 1_000, 3_600_000),
                    s.integer("books.sessionPollMillis", 500, 50, 60_000),
                    s.integer("books.retryMillis", 1_000, 50, 60_000));
        }
    }

    /**
     * The repair.
     *
     * @param intervalMillis between two comparisons
     * @param threshold difference in sessions up to which nothing is done
     * @param rounds comparisons that must differ before a repair
     */
    public record Reconciler(int intervalMillis, int threshold, int rounds) {
        static Reconciler read(Settings s) {
            return new Reconciler(
                    s.integer("reconciler.intervalMillis", 5_000, 100, 600_000),
                    s.integer("reconciler.threshold", 0, 0, 1_000_000),
                    s.integer("reconciler.rounds", 2, 1, 100));
        }
    }
}
