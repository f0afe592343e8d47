package io.headcount.chaos;

import io.headcount.dev.NodePorts;
import io.headcount.dev.NodeProcess;
import io.headcount.dev.Ports;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * All links: node to Redis server, node to MySQL, node to node (Hazelcast and the event bus). To a Redis server each node
 * has a proxy of its own, which its {@code redis.addressMap} names; a node has one proxy before Hazelcast and one before
 * its event bus, which all others use, so there the process that connects says whose link it is.
 */
final class Network implements AutoCloseable {
    /** Redis servers that may be added later have their links from the start. */
    static final int SPARE_REDIS = 2;

    private static final Link NOBODYS = new Link();

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ExecutorService resolver = Executors.newSingleThreadExecutor();
    private final List<Integer> redisPorts;
    private final List<List<Wire>> redisWires = new ArrayList<>();
    private final List<List<Link>> redisLinks = new ArrayList<>();
    private final List<Wire> mysqlWires = new ArrayList<>();
    private final List<Link> mysqlLinks = new ArrayList<>();
    private final List<Wire> memberWires = new ArrayList<>();
    private final List<Wire> busWires = new ArrayList<>();
    private final Map<String, Link> peerLinks = new ConcurrentHashMap<>();
    private final Map<Integer, NodeProcess> processes = new ConcurrentHashMap<>();

    Network(List<Integer> redisServers, int mysqlPort, List<NodePorts> nodes) {
        this.redisPorts = new ArrayList<>(redisServers);
        redisPorts.addAll(Ports.pick(SPARE_REDIS));
        for (int node = 0; node < nodes.size(); node++) {
            List<Link> links = redisPorts.stream().map(port -> new Link()).toList();
            redisLinks.add(links);
            redisWires.add(IntStream.range(0, links.size())
                    .mapToObj(i -> new Wire(loops, redisPorts.get(i), Runnable::run, client -> links.get(i)))
                    .toList());
            Link books = new Link();
            mysqlLinks.add(books);
            mysqlWires.add(new Wire(loops, mysqlPort, Runnable::run, client -> books));
            int server = node;
            memberWires.add(new Wire(
                    loops, nodes.get(node).hazelcast(), resolver, client -> peerLinkOf("member", client, server)));
            busWires.add(new Wire(loops, nodes.get(node).bus(), resolver, client -> peerLinkOf("bus", client, server)));
        }
    }

    /** From now on connections of that process are this node's. */
    void know(int node, NodeProcess process) {
        processes.put(node, process);
    }

    /** The ports of all Redis servers, the spare ones last. */
    List<Integer> redisPorts() {
        return List.copyOf(redisPorts);
    }

    /** Those of servers that may be added. */
    List<Integer> spareRedisPorts() {
        return List.copyOf(redisPorts.subList(redisPorts.size() - SPARE_REDIS, redisPorts.size()));
    }

    /** Where a node connects to a Redis server. */
    int redisPort(int node, int server) {
        return redisWires.get(node).get(server).port();
    }

    int mysqlPort(int node) {
        return mysqlWires.get(node).port();
    }

    int memberPort(int node) {
        return memberWires.get(node).port();
    }

    int busPort(int node) {
        return busWires.get(node).port();
    }

    /** A node's links to all Redis servers. */
    List<Link> toRedis(int node) {
        return redisLinks.get(node);
    }

    Link toMySql(int node) {
        return mysqlLinks.get(node);
    }

    /** All links between a node and the others, in either role. */
    List<Link> toPeers(int node) {
        List<Link> links = new ArrayList<>();
        for (int other = 0; other < redisLinks.size(); other++) {
            if (other != node) {
                for (String kind : List.of("member", "bus")) {
                    links.add(peerLink(kind, node, other));
                    links.add(peerLink(kind, other, node));
                }
            }
        }
        return links;
    }

    /** All links of the event bus. */
    List<Link> bus() {
        List<Link> links = new ArrayList<>();
        for (int from = 0; from < redisLinks.size(); from++) {
            for (int to = 0; to < redisLinks.size(); to++) {
                links.add(peerLink("bus", from, to));
            }
        }
        return links;
    }

    void heal() {
        redisLinks.forEach(links -> links.forEach(Link::heal));
        mysqlLinks.forEach(Link::heal);
        peerLinks.values().forEach(Link::heal);
    }

    @Override
    public void close() {
        resolver.shutdownNow();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Link peerLink(String kind, int client, int server) {
        return peerLinks.computeIfAbsent(kind + " " + client + " to " + server, unknown -> new Link());
    }

    private Link peerLinkOf(String kind, int clientPort, int server) {
        Map<String, Long> pids = new TreeMap<>();
        processes.forEach((node, process) -> pids.put(Integer.toString(node), process.pid()));
        String owner = SocketOwner.of(clientPort, pids);
        return owner == null ? NOBODYS : peerLink(kind, Integer.parseInt(owner), server);
    }
}
