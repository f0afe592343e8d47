package io.headcount.doctor;

import io.headcount.config.HeadcountConfig;
import io.headcount.config.RedisConfig;
import io.headcount.store.RedisSurvey.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether Redis is set up as counts need it. */
final class RedisChecks {
    private static final int SLOTS = 16_384;
    /** Fewer cannot agree on who replaces one of them. */
    private static final int LEAST_MASTERS = 3;

    private static final int LEAST_VERSION = 7;

    private final HeadcountConfig config;
    private final List<Server> servers;
    private final List<Finding> all = new ArrayList<>();

    private RedisChecks(HeadcountConfig config, List<Server> servers) {
        this.config = config;
        this.servers = servers;
    }

    static List<Finding> of(HeadcountConfig config, List<Server> servers) {
        return new RedisChecks(config, servers).run();
    }

    private List<Finding> run() {
        servers.forEach(this::one);
        if (answering().isEmpty()) {
            return all;
        }
        if (config.redis().mode() == RedisConfig.Mode.CLUSTER) {
            cluster();
        } else if (config.redis().mode() == RedisConfig.Mode.SENTINEL) {
            sentinel();
        }
        Server furthest = answering().stream()
                .max((a, b) -> Long.compare(Math.abs(a.aheadMillis()), Math.abs(b.aheadMillis())))
                .orElseThrow();
        all.add(MachineChecks.clock(config, where(furthest), furthest.aheadMillis()));
        return all;
    }

    private void one(Server server) {
        if (server.trouble() != null) {
            all.add(Finding.wrong(where(server), "cannot be asked: " + server.trouble(), advice(server.trouble())));
            return;
        }
        int before = all.size();
        mode(server);
        version(server);
        policy(server);
        settings(server);
        if (role(server).equals("slave")) {
            replica(server);
        } else if (config.redis().mode() != RedisConfig.Mode.STANDALONE) {
            master(server);
        }
        if (config.redis().mode() == RedisConfig.Mode.CLUSTER && !server.configured()) {
            all.add(Finding.look(
                    where(server),
                    "belongs to the cluster and is not in redis.endpoints",
                    "name all servers there: a node that starts while the named ones are away finds no Redis"));
        }
        if (all.size() == before) {
            all.add(Finding.fine(where(server), describe(server)));
        }
    }

    private void mode(Server server) {
        boolean isCluster = "1".equals(server.info().get("cluster_enabled"));
        if (isCluster != (config.redis().mode() == RedisConfig.Mode.CLUSTER)) {
            all.add(Finding.wrong(
                    where(server),
                    (isCluster ? "is part of a Redis Cluster" : "is no Redis Cluster") + ", and redis.mode is "
                            + config.redis().mode().name().toLowerCase(Locale.ROOT),
                    isCluster ? "set redis.mode: cluster" : "set redis.mode: sentinel or standalone"));
        }
    }

    private void version(Server server) {
        String version = server.info().getOrDefault("redis_version", "0");
        if (Integer.parseInt(version.replaceAll("^(\\d{1,4}).*", "$1")) < LEAST_VERSION) {
            all.add(Finding.wrong(
                    where(server), "is Redis " + version, "7.0 or newer is needed: scripts that promise not to write"));
        }
    }

    private void policy(Server server) {
        String policy = server.info().getOrDefault("maxmemory_policy", "noeviction");
        if (!policy.equals("noeviction")) {
            all.add(Finding.wrong(
                    where(server),
                    "maxmemory-policy is " + policy + ": when memory runs out, viewers would vanish from the counts",
                    "set maxmemory-policy noeviction (CONFIG SET, and in redis.conf or the parameter group)"));
        }
    }

    private void settings(Server server) {
        if (server.settings().isEmpty()) {
            all.add(Finding.look(
                    where(server),
                    "does not let CONFIG GET be asked: cluster-require-full-coverage and lazyfree-lazy-expire not seen",
                    "see in the parameter group that they are no and yes"));
            return;
        }
        if ("yes".equals(server.settings().get("cluster-require-full-coverage"))
                && config.redis().mode() == RedisConfig.Mode.CLUSTER) {
            all.add(Finding.wrong(
                    where(server),
                    "cluster-require-full-coverage is yes: one lost shard would stop the others too",
                    "set cluster-require-full-coverage no (CONFIG SET, and in redis.conf or the parameter group)"));
        }
        if ("no".equals(server.settings().get("lazyfree-lazy-expire"))) {
            all.add(Finding.wrong(
                    where(server),
                    "lazyfree-lazy-expire is no: when the set of a large stream ends, everything waits for it (65 ms for"
                            + " 200,000 viewers)",
                    "set lazyfree-lazy-expire yes (CONFIG SET, and in redis.conf or the parameter group)"));
        }
    }

    private void replica(Server server) {
        if (!"up".equals(server.info().get("master_link_status"))) {
            all.add(Finding.wrong(
                    where(server),
                    "is a replica of " + masterOf(server) + " and has no link to it",
                    "see its log, masterauth, and that it reaches its master: it could not take over without loss"));
        }
    }

    private void master(Server server) {
        boolean hasSlots = config.redis().mode() != RedisConfig.Mode.CLUSTER
                || !"0".equals(server.cluster().get("cluster_slots_assigned"));
        if (hasSlots && "0".equals(server.info().get("connected_slaves"))) {
            all.add(Finding.wrong(
                    where(server),
                    "is a master without a replica: nobody takes over when it dies",
                    "add a replica in another zone, or start the one that is down"));
        }
    }

    private void cluster() {
        List<Server> masters = answering().stream()
                .filter(server -> role(server).equals("master"))
                .toList();
        if (masters.size() < LEAST_MASTERS) {
            all.add(Finding.wrong(
                    "redis cluster",
                    "has " + masters.size() + " masters that answer; fewer than 3 cannot agree on a failover",
                    "start those that are down, or add masters"));
        }
        for (Server server : answering()) {
            String state = server.cluster().getOrDefault("cluster_state", "ok");
            String assigned = server.cluster().getOrDefault("cluster_slots_assigned", String.valueOf(SLOTS));
            if (!state.equals("ok") || !assigned.equals(String.valueOf(SLOTS))) {
                all.add(Finding.wrong(
                        "redis cluster",
                        where(server) + " says: state " + state + ", " + assigned + " of " + SLOTS
                                + " slots have a master",
                        "redis-cli --cluster check " + server.address() + " says which, and --cluster fix mends it"));
                return;
            }
        }
        sameHost();
        all.add(Finding.fine("redis cluster", masters.size() + " masters, all " + SLOTS + " slots"));
    }

    private void sameHost() {
        List<String> together = answering().stream()
                .filter(server -> role(server).equals("slave"))
                .filter(server -> host(server.address()).equals(server.info().get("master_host")))
                .map(Server::address)
                .toList();
        if (!together.isEmpty()) {
            all.add(Finding.look(
                    "redis cluster",
                    "these replicas run on their master's host: " + String.join(", ", together),
                    "fine for development; else put each in another zone than its master"));
        }
    }

    private void sentinel() {
        long masters = answering().stream()
                .filter(server -> role(server).equals("master"))
                .count();
        if (masters != 1) {
            all.add(Finding.wrong(
                    "redis sentinel",
                    masters + " of the servers that the sentinels name are masters; there has to be one",
                    "see the sentinels' logs; a failover may be under way: look again in half a minute"));
        }
    }

    private static String advice(String trouble) {
        if (trouble.contains("WRONGPASS") || trouble.contains("NOAUTH") || trouble.contains("AUTH")) {
            return "correct redis.user and redis.password (HEADCOUNT_REDIS_PASSWORD)";
        }
        if (trouble.contains("NOPERM")) {
            return "let the ACL user read: +info +time +get +cluster|slots +cluster|info";
        }
        if (trouble.toLowerCase(Locale.ROOT).contains("ssl")) {
            return "see redis.tls, redis.tlsCaFile and redis.tlsVerifyHost";
        }
        return "see that Redis runs there and that no firewall or security group is in between, or correct redis.endpoints"
                + " (redis.tls where it wants TLS)";
    }

    private List<Server> answering() {
        return servers.stream().filter(server -> server.trouble() == null).toList();
    }

    private static String describe(Server server) {
        boolean master = role(server).equals("master");
        return "Redis " + server.info().getOrDefault("redis_version", "?") + ", "
                + (master
                        ? "master, replicas: " + server.info().getOrDefault("connected_slaves", "0")
                        : "replica of " + masterOf(server))
                + ", noeviction";
    }

    private static String masterOf(Server server) {
        return server.info().get("master_host") + ":" + server.info().get("master_port");
    }

    private static String role(Server server) {
        return server.info().getOrDefault("role", "");
    }

    private static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    private static String where(Server server) {
        return "redis " + server.address();
    }
}
