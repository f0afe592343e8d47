package io.headcount.store.redis;

import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Which node has which of the cluster's 16384 slots, as {@code CLUSTER SLOTS} says. Immutable. */
final class SlotTable {
    static final int SLOTS = 16_384;
    /** Nothing is known yet. */
    static final SlotTable EMPTY = new SlotTable(new Shard[SLOTS], List.of());

    // Enough that even a shard of a single slot is all but sure to be met.
    private static final int PROBE_KEY_TRIES = 200_000;

    private final Shard[] bySlot;
    private final List<Shard> shards;
    private final boolean complete;

    private SlotTable(Shard[] bySlot, Collection<Shard> shards) {
        this.bySlot = bySlot;
        this.shards = List.copyOf(shards);
        this.complete = Arrays.stream(bySlot).noneMatch(Objects::isNull);
    }

    /** Everything is on one master, and again on its replicas: not a cluster. */
    static SlotTable single(String master, List<String> replicas) {
        Shard[] all = new Shard[SLOTS];
        Shard shard = new Shard(master, List.copyOf(replicas));
        Arrays.fill(all, shard);
        return new SlotTable(all, List.of(shard));
    }

    /**
     * Reads the answer to {@code CLUSTER SLOTS}.
     *
     * @param askedHost stands in for a node that does not know its own address
     */
    static SlotTable parse(Response slots, String askedHost) {
        Map<String, Set<String>> replicas = new LinkedHashMap<>();
        for (Response range : slots) {
            Set<String> known =
                    replicas.computeIfAbsent(address(range.get(2), askedHost), fresh -> new LinkedHashSet<>());
            for (int i = 3; i < range.size(); i++) {
                known.add(address(range.get(i), askedHost));
            }
        }
        Map<String, Shard> shards = new LinkedHashMap<>();
        replicas.forEach((master, known) ->
                shards.put(master, new Shard(master, known.stream().sorted().toList())));
        Shard[] bySlot = new Shard[SLOTS];
        for (Response range : slots) {
            Shard shard = shards.get(address(range.get(2), askedHost));
            Arrays.fill(bySlot, range.get(0).toInteger(), range.get(1).toInteger() + 1, shard);
        }
        return new SlotTable(bySlot, shards.values());
    }

    /** The shard that has a slot, or {@code null} where none has. */
    Shard shard(int slot) {
        return bySlot[slot];
    }

    List<Shard> shards() {
        return shards;
    }

    /** Whether every slot has a master. */
    boolean complete() {
        return complete;
    }

    /** All nodes, masters and replicas. */
    Set<String> addresses() {
        Set<String> all = new LinkedHashSet<>();
        for (Shard shard : shards) {
            all.add(shard.master());
            all.addAll(shard.replicas());
        }
        return all;
    }

    Set<String> masters() {
        Set<String> masters = new LinkedHashSet<>();
        shards.forEach(shard -> masters.add(shard.master()));
        return masters;
    }

    /** The slots of a master. */
    BitSet slotsOf(String master) {
        BitSet slots = new BitSet();
        for (int slot = 0; slot < SLOTS; slot++) {
            if (master.equals(master(slot))) {
                slots.set(slot);
            }
        }
        return slots;
    }

    /** Whether every slot has the same master (replicas may differ) as in another view of the cluster. */
    boolean agreesWith(SlotTable other) {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (!Objects.equals(master(slot), other.master(slot))) {
                return false;
            }
        }
        return true;
    }

    private String master(int slot) {
        return bySlot[slot] == null ? null : bySlot[slot].master();
    }

    /** For each master a key of one of its slots, {@code probe:{n}}: what a probe may write. */
    Map<String, String> probeKeys() {
        Map<String, String> keys = new LinkedHashMap<>();
        for (int i = 0; i < PROBE_KEY_TRIES && keys.size() < shards.size(); i++) {
            String key = "probe:{" + i + "}";
            Shard shard = bySlot[slotOf(key)];
            if (shard != null) {
                keys.putIfAbsent(shard.master(), key);
            }
        }
        return keys;
    }

    /** The slot of a key: that of its hash tag where it has one. */
    static int slotOf(String key) {
        int open = key.indexOf('{');
        if (open >= 0) {
            int close = key.indexOf('}', open + 1);
            if (close > open + 1) {
                return crc16(key.substring(open + 1, close)) & (SLOTS - 1);
            }
        }
        return crc16(key) & (SLOTS - 1);
    }

    /** CRC-16/XMODEM, as the cluster specification asks. */
    private static int crc16(String text) {
        int crc = 0;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            crc ^= (b & 0xff) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            crc &= 0xffff;
        }
        return crc;
    }

    private static String address(Response node, String askedHost) {
        String host = node.get(0) == null ? "" : node.get(0).toString();
        return (host.isEmpty() || host.equals("?") ? askedHost : host) + ":" + node.get(1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlotTable table && Arrays.equals(bySlot, table.bySlot);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bySlot);
    }

    @Override
    public String toString() {
        return shards.toString();
    }

    /** A master and its replicas, as {@code host:port}. */
    record Shard(String master, List<String> replicas) {}
}
