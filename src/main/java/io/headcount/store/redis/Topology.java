package io.headcount.store.redis;

import io.headcount.config.RedisConfig;
import io.headcount.store.redis.SlotTable.Shard;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which nodes there are, and which has which slots; who says so is the {@link TableSource} of {@code redis.mode}. Used on
 * the router's context; the table and the nodes may be read by any thread.
 */
final class Topology implements RedisNode.Events {
    private static final Logger LOG = LoggerFactory.getLogger(Topology.class);
    private static final long KEEP_UNLISTED_NANOS = 30_000_000_000L;
    private static final long KEEP_LOSSES_NANOS = 60_000_000_000L;
    private static final long DROP_EVERY_NANOS = 3_000_000_000L;

    private final TableSource source;
    private final RouterClock clock;
    private final RedisMetrics metrics;
    private final Function<String, RedisNode> factory;
    private final Map<String, RedisNode> nodes = new ConcurrentHashMap<>();
    private final List<Consumer<BitSet>> listeners = new CopyOnWriteArrayList<>();
    private final List<Loss> losses = new CopyOnWriteArrayList<>();
    private volatile SlotTable table = SlotTable.EMPTY;
    private Map<String, String> probeKeys = Map.of();
    private long dropAt;
    private int turn;
    private boolean closed;

    /**
     * @param factory makes the connection to a Redis server
     * @param sentinelFactory makes the connection to a sentinel
     */
    Topology(
            RedisConfig config,
            RouterClock clock,
            RedisMetrics metrics,
            Function<String, RedisNode> factory,
            Function<String, RedisNode> sentinelFactory) {
        this.clock = clock;
        this.metrics = metrics;
        this.factory = factory;
        this.source = switch (config.mode()) {
            case CLUSTER -> new ClusterSource(config.endpoints(), this, clock.now());
            case SENTINEL -> new SentinelSource(config, this, clock.now(), sentinelFactory);
            case STANDALONE -> new FixedSource(config.endpoints().get(0), this);
        };
    }

    void start() {
        source.start();
    }

    /** Any thread. */
    SlotTable table() {
        return table;
    }

    /** The node at an address; from now on there is one. */
    RedisNode node(String address) {
        RedisNode node = nodes.get(address);
        if (node == null) {
            node = factory.apply(address);
            nodes.put(address, node);
        }
        return node.wanted(clock.now());
    }

    /** Health of the master of a slot, or {@code null}. Any thread. */
    NodeHealth masterOf(int slot) {
        Shard shard = table.shard(slot);
        RedisNode node = shard == null ? null : nodes.get(shard.master());
        return node == null ? null : node.health();
    }

    /** Whether every slot has a master, and each took a write within the last 2 s. Any thread. */
    boolean reachable() {
        SlotTable now = table;
        long nanoTime = System.nanoTime();
        for (Shard shard : now.shards()) {
            RedisNode node = nodes.get(shard.master());
            if (node == null || !node.health().answering(nanoTime)) {
                return false;
            }
        }
        return now.complete();
    }

    /** Whether more than half of the shards have a master that took a write within the last 2 s. Any thread. */
    boolean mostlyReachable() {
        List<Shard> shards = table.shards();
        long nanoTime = System.nanoTime();
        long answering = shards.stream()
                .map(shard -> nodes.get(shard.master()))
                .filter(node -> node != null && node.health().answering(nanoTime))
                .count();
        return 2 * answering > shards.size();
    }

    Collection<RedisNode> nodes() {
        return nodes.values();
    }

    /** A key that a probe may write, by master. */
    Map<String, String> probeKeys() {
        return probeKeys;
    }

    /** A replica of a shard that may be read now, the next one each time, or {@code null}. */
    RedisNode replica(Shard shard, int mostWaiting) {
        int size = shard.replicas().size();
        long nanoTime = System.nanoTime();
        for (int i = 0; i < size; i++) {
            RedisNode node = nodes.get(shard.replicas().get(Math.floorMod(turn++, size)));
            if (node != null
                    && node.link() != null
                    && node.link().waiting() < mostWaiting
                    && node.health().readable(nanoTime)) {
                return node;
            }
        }
        return null;
    }

    /** Calls back with the slots whose last writes may be lost. */
    void onLoss(Consumer<BitSet> listener) {
        listeners.add(listener);
    }

    /** Whether nothing that was written to a slot can have been lost within the last so many nanoseconds. Any thread. */
    boolean settled(int slot, long nanos) {
        long now = System.nanoTime();
        for (Loss loss : losses) {
            if (now - loss.at < nanos && loss.slots.get(slot)) {
                return false;
            }
        }
        return true;
    }

    /** Something does not fit: read the table again, but not more often than every 100 ms. */
    void refreshSoon() {
        source.refreshSoon();
    }

    /** Who was asked for the table, and why it did not help. */
    String trouble() {
        return source.trouble();
    }

    void tick(long now) {
        nodes.values().forEach(node -> node.tick(now));
        source.tick(now);
        if (now >= dropAt) {
            dropAt = now + DROP_EVERY_NANOS;
            dropUnlisted(now);
        }
    }

    void close() {
        closed = true;
        source.close();
        nodes.values().forEach(RedisNode::close);
        nodes.clear();
    }

    @Override
    public void opened(RedisNode node, boolean restarted) {
        if (restarted && node.health().role() == NodeHealth.Role.MASTER) {
            LOG.atWarn()
                    .addKeyValue("redis", node.address())
                    .log("A Redis master was restarted; what it held may be lost and is asserted again");
            lastWritesLost(table.slotsOf(node.address()));
        }
        refreshSoon();
    }

    @Override
    public void lost(RedisNode node) {
        metrics.lostConnection();
        refreshSoon();
    }

    /** Takes a table for the one that holds from now on. */
    void adopt(SlotTable fresh) {
        SlotTable before = table;
        if (closed || fresh.equals(before)) {
            return;
        }
        BitSet replaced = replaced(before, fresh);
        Map<String, NodeHealth.Role> roles = new HashMap<>();
        for (Shard shard : fresh.shards()) {
            shard.replicas().forEach(replica -> roles.put(replica, NodeHealth.Role.REPLICA));
            roles.put(shard.master(), NodeHealth.Role.MASTER);
        }
        roles.keySet().forEach(this::node);
        nodes.forEach((address, node) -> node.use(roles.getOrDefault(address, NodeHealth.Role.UNKNOWN)));
        probeKeys = fresh.probeKeys();
        table = fresh;
        if (!replaced.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("shards", fresh)
                    .log("A Redis shard has another master; its last writes may be lost and are asserted again");
            lastWritesLost(replaced);
        }
    }

    /** Slots whose master was replaced. One that merely moved (its old master is still one) took its data along. */
    private static BitSet replaced(SlotTable before, SlotTable fresh) {
        Set<String> masters = fresh.masters();
        BitSet replaced = new BitSet(SlotTable.SLOTS);
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            Shard old = before.shard(slot);
            replaced.set(slot, old != null && fresh.shard(slot) != null && !masters.contains(old.master()));
        }
        return replaced;
    }

    private void lastWritesLost(BitSet slots) {
        metrics.topologyChanged();
        long now = System.nanoTime();
        losses.removeIf(loss -> now - loss.at > KEEP_LOSSES_NANOS);
        losses.add(new Loss(slots, now));
        listeners.forEach(listener -> listener.accept(slots));
    }

    private void dropUnlisted(long now) {
        Set<String> listed = table.addresses();
        nodes.values().removeIf(node -> {
            boolean drop = !listed.isEmpty()
                    && !listed.contains(node.address())
                    && now - node.wantedAt() > KEEP_UNLISTED_NANOS;
            if (drop) {
                node.close();
            }
            return drop;
        });
    }

    /** Slots whose last writes may be lost, and when that was seen. */
    private record Loss(BitSet slots, long at) {}
}
