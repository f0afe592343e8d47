package io.headcount.chaos;

import io.headcount.dev.EmbeddedMySql;
import io.headcount.dev.EmbeddedRedisCluster;
import io.headcount.dev.NodePorts;
import io.headcount.dev.NodeProcess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How the nodes are started: each of its links goes through the {@link Network}. */
final class NodeLauncher {
    private static final String ADMIN_TOKEN = "chaos-admin-token-0123456789";

    private final EmbeddedRedisCluster redis;
    private final EmbeddedMySql mysql;
    private final Network network;
    private final List<NodePorts> ports;
    private final Path folder;

    NodeLauncher(EmbeddedRedisCluster redis, EmbeddedMySql mysql, Network network, List<NodePorts> ports, Path folder) {
        this.redis = redis;
        this.mysql = mysql;
        this.network = network;
        this.ports = ports;
        this.folder = folder;
    }

    void migrate() {
        NodeProcess.Options first = options(0);
        var unused = NodeProcess.migrate(new NodeProcess.Options(
                first.id(),
                first.ports(),
                first.environment(),
                first.project(),
                folder,
                folder.resolve("migrate.log"),
                "KILL"));
    }

    NodeProcess.Options options(int node) {
        return options(node, Map.of());
    }

    /** The same with more environment. */
    NodeProcess.Options options(int node, Map<String, String> more) {
        String id = "local-" + (node + 1);
        Map<String, String> environment = new HashMap<>();
        environment.put("HEADCOUNT_AUTH_ADMIN_TOKEN", ADMIN_TOKEN);
        environment.put("HEADCOUNT_REDIS_MODE", "cluster");
        environment.put("HEADCOUNT_REDIS_ENDPOINTS", String.join(",", redis.endpoints()));
        environment.put("HEADCOUNT_REDIS_ADDRESS_MAP", addressMap(node));
        environment.put("HEADCOUNT_MYSQL_HOST", "127.0.0.1");
        environment.put("HEADCOUNT_MYSQL_PORT", Integer.toString(network.mysqlPort(node)));
        environment.put("HEADCOUNT_MYSQL_DATABASE", EmbeddedMySql.DATABASE);
        environment.put("HEADCOUNT_MYSQL_USER", EmbeddedMySql.USER);
        environment.put("HEADCOUNT_MYSQL_PASSWORD", mysql.password());
        environment.put("HEADCOUNT_CLUSTER_ANNOUNCED_PORT", Integer.toString(network.memberPort(node)));
        environment.put("HEADCOUNT_CLUSTER_ANNOUNCED_BUS_PORT", Integer.toString(network.busPort(node)));
        environment.put("HEADCOUNT_CLUSTER_MEMBERS", members());
        environment.put("HEADCOUNT_CLUSTER_EXPECTED_NODES", Integer.toString(ports.size()));
        environment.putAll(more);
        Path project = Path.of("").toAbsolutePath();
        return new NodeProcess.Options(
                id, ports.get(node), environment, project, folder, folder.resolve(id + ".log"), "KILL");
    }

    private String addressMap(int node) {
        List<Integer> servers = network.redisPorts();
        return IntStream.range(0, servers.size())
                .mapToObj(i -> "127.0.0.1:" + servers.get(i) + "=127.0.0.1:" + network.redisPort(node, i))
                .collect(Collectors.joining(","));
    }

    private String members() {
        return IntStream.range(0, ports.size())
                .mapToObj(i -> "127.0.0.1:" + network.memberPort(i))
                .collect(Collectors.joining(","));
    }
}
