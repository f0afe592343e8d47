package io.headcount.store.redis;

import io.headcount.config.RedisConfig;
import io.headcount.store.RedisSurvey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@link RedisSurvey} by a connection of its own to each server, one after the other. */
public final class RedisSurveyor implements RedisSurvey {
    private static final int MOST_SERVERS = 200;
    /** More than a node has: the first connection of a JVM that has just started takes a second on a busy machine. */
    private static final long PATIENCE_MILLIS = 5_000;

    private static final List<String> SETTINGS =
            List.of("maxmemory-policy", "cluster-require-full-coverage", "lazyfree-lazy-expire");

    private final Vertx vertx;
    private final RedisConfig config;

    /** @param config with the paths of its files made absolute */
    public RedisSurveyor(Vertx vertx, RedisConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    @Override
    public List<Server> look(String node) {
        Map<String, Server> seen = new LinkedHashMap<>();
        List<String> known = new ArrayList<>();
        if (config.mode() == RedisConfig.Mode.SENTINEL) {
            config.sentinels().forEach(sentinel -> known.addAll(askSentinel(sentinel, seen)));
        } else {
            config.endpoints().forEach(endpoint -> seen.put(endpoint, askTwice(endpoint, true, node, known)));
        }
        // What they know grows while the others are asked.
        for (int i = 0; i < known.size() && seen.size() < MOST_SERVERS; i++) {
            String address = known.get(i);
            if (!seen.containsKey(address)) {
                Server other = askTwice(address, false, node, known);
                if (other.trouble() != null || !isAmong(seen, other)) {
                    seen.put(address, other);
                }
            }
        }
        return List.copyOf(seen.values());
    }

    /** A server may have been configured by one name and be known to the others by another. */
    private static boolean isAmong(Map<String, Server> seen, Server other) {
        String id = other.info().getOrDefault("run_id", "");
        return !id.isEmpty()
                && seen.values().stream().anyMatch(one -> id.equals(one.info().get("run_id")));
    }

    /** What fails once may be this JVM, which is still warming up: no reason to alarm anybody. */
    private Server askTwice(String address, boolean configured, String node, List<String> known) {
        Server first = ask(address, configured, node, known);
        return first.trouble() == null ? first : ask(address, configured, node, known);
    }

    private Server ask(String address, boolean configured, String node, List<String> known) {
        Redis client = Redis.createClient(vertx, RedisNode.options(config, address));
        try {
            RedisConnection connection = connect(client);
            Map<String, String> info = fields(send(connection, Request.cmd(Command.INFO)));
            boolean cluster = "1".equals(info.get("cluster_enabled"));
            if (cluster && config.mode() == RedisConfig.Mode.CLUSTER) {
                known.addAll(members(
                        send(connection, Request.cmd(Command.CLUSTER).arg("NODES"))
                                .toString(),
                        ReplyError.host(address)));
            }
            return new Server(
                    address,
                    configured,
                    null,
                    info,
                    settings(connection),
                    cluster
                            ? fields(send(
                                    connection, Request.cmd(Command.CLUSTER).arg("INFO")))
                            : Map.of(),
                    aheadMillis(connection),
                    lease(connection, node));
        } catch (TimeoutException e) {
            return Server.silent(address, configured, "no answer within " + PATIENCE_MILLIS + " ms");
        } catch (RuntimeException e) {
            return Server.silent(address, configured, String.valueOf(e.getMessage()));
        } finally {
            client.close();
        }
    }

    /**
     * The addresses in an answer to {@code CLUSTER NODES}, which also names those that are down, and replicas that have
     * got nothing yet: {@code CLUSTER SLOTS} does not.
     */
    private List<String> members(String nodes, String askedHost) {
        List<String> addresses = new ArrayList<>();
        for (String line : nodes.split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            if (fields.length < 3 || fields[2].contains("noaddr") || fields[2].contains("handshake")) {
                continue;
            }
            // ip:port@busport,hostname; certificates are for names.
            String[] names = fields[1].split(",", -1);
            String address = names[0].substring(0, names[0].indexOf('@'));
            String port = address.substring(address.lastIndexOf(':') + 1);
            boolean named = config.tls().enabled() && names.length > 1 && !names[1].isEmpty();
            addresses.add(named ? names[1] + ":" + port : address.startsWith(":") ? askedHost + address : address);
        }
        return addresses;
    }

    /** The servers that a sentinel names. */
    private List<String> askSentinel(String address, Map<String, Server> seen) {
        Redis client = Redis.createClient(vertx, RedisNode.options(config.ofSentinels(), address));
        try {
            RedisConnection connection = connect(client);
            SentinelView view = SentinelView.parse(
                    send(connection, sentinel("MASTER")),
                    send(connection, sentinel("GET-MASTER-ADDR-BY-NAME")),
                    send(connection, sentinel("REPLICAS")));
            List<String> servers = new ArrayList<>(view.replicas());
            servers.add(0, view.master());
            return servers;
        } catch (TimeoutException e) {
            seen.put(address, Server.silent(address, true, "this sentinel does not answer"));
        } catch (RuntimeException e) {
            seen.put(
                    address,
                    Server.silent(
                            address, true, "this sentinel says of " + config.masterName() + ": " + e.getMessage()));
        } finally {
            client.close();
        }
        return List.of();
    }

    private Request sentinel(String question) {
        return Request.cmd(Command.SENTINEL).arg(question).arg(config.masterName());
    }

    /** Where {@code CONFIG} is not allowed (managed services), {@code INFO} tells one of them at least. */
    private Map<String, String> settings(RedisConnection connection) throws TimeoutException {
        Map<String, String> settings = new TreeMap<>();
        for (String name : SETTINGS) {
            try {
                Response pair =
                        send(connection, Request.cmd(Command.CONFIG).arg("GET").arg(name));
                if (pair.size() > 0) {
                    settings.put(name, pair.get(name).toString());
                }
            } catch (RuntimeException e) {
                return Map.of();
            }
        }
        return settings;
    }

    private long aheadMillis(RedisConnection connection) throws TimeoutException {
        long before = System.currentTimeMillis();
        Response time = send(connection, Request.cmd(Command.TIME));
        long half = (System.currentTimeMillis() - before) / 2;
        return before + half - (time.get(0).toLong() * 1_000 + time.get(1).toLong() / 1_000);
    }

    /** Of another server's keys this one says MOVED. */
    private String lease(RedisConnection connection, String node) throws TimeoutException {
        try {
            Response lease = send(connection, Request.cmd(Command.GET).arg(Keys.lease(node)));
            return lease == null ? null : lease.toString();
        } catch (RuntimeException e) {
            return null;
        }
    }

    private RedisConnection connect(Redis client) throws TimeoutException {
        return client.connect().recover(RedisSurveyor::unchecked).await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private Response send(RedisConnection connection, Request request) throws TimeoutException {
        return connection.send(request).recover(RedisSurveyor::unchecked).await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The client's own errors are neither exceptions nor errors, and would be thrown past every catch. */
    private static <T> Future<T> unchecked(Throwable failure) {
        return Future.failedFuture(new RedisReplyException(String.valueOf(failure.getMessage()), failure));
    }

    private static Map<String, String> fields(Response text) {
        Map<String, String> fields = new TreeMap<>();
        for (String line : text.toString().split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return fields;
    }
}
