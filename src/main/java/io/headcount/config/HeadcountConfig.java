package io.headcount.config;

import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.Map;

/**
 * The whole configuration of a node. Every value is within its range; sizes in bytes, times in milliseconds.
 *
 * @param nodeId this node's id, the same over restarts
 * @param transport how the node talks to the kernel about its sockets
 * @param warnings what is worth telling but does not keep the node from starting
 */
public record HeadcountConfig(
        String nodeId,
        Transport transport,
        List<Role> roles,
        Http http,
        Http management,
        EdgeConfig edge,
        WebSocket webSocket,
        LimitsConfig limits,
        AuthConfig auth,
        Streams streams,
        RedisConfig redis,
        MySqlConfig mysql,
        ClusterConfig cluster,
        Counting counting,
        PushConfig push,
        Books books,
        RetentionConfig retention,
        StatisticsConfig statistics,
        Reconciler reconciler,
        List<String> warnings) {

    private static final String ID = "[A-Za-z0-9_-]{1,64}";

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
                s.choice("node.transport", Transport.AUTO, Transport.class),
                s.choices("roles", List.of(Role.values()), Role.class),
                http,
                management,
                EdgeConfig.read(s),
                WebSocket.read(s),
                LimitsConfig.read(s, auth.mode() == AuthConfig.Mode.OPEN),
                auth,
                Streams.read(s),
                RedisConfig.read(s),
                MySqlConfig.read(s),
                ClusterConfig.read(s),
                Counting.read(s),
                PushConfig.read(s),
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
                    s.text(prefix + ".host", "127.0.0.1", Settings.HOST, "a host name or address"),
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
     * @param reusePort whether other processes of the same user may listen on the public port too (SO_REUSEPORT)
     * @param allowedOrigins origins besides the own host, {@code *} for all
     */
    public record WebSocket(
            int instances,
            int pingIntervalMillis,
            int silenceLimitMillis,
            int sendBufferBytes,
            int receiveBufferBytes,
            int acceptBacklog,
            boolean reusePort,
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
                    s.flag("websocket.reusePort", false),
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
    public record Reconciler(int intervalMillis, int threshold, int rounds, boolean dryRun) {
        static Reconciler read(Settings s) {
            return new Reconciler(
                    s.integer("reconciler.intervalMillis", 5_000, 100, 600_000),
                    s.integer("reconciler.threshold", 0, 0, 1_000_000),
                    s.integer("reconciler.rounds", 2, 1, 100),
                    s.flag("reconciler.dryRun", false));
        }
    }
}
