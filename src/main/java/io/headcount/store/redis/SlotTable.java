package io.headcount.store.redis;

import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which node has which of the cluster's 16384 slots, as {@code CLUSTER SLOTS} says. Immutable. */
final class SlotTable {
    static final int SLOTS = 16_384;

    private final Shard[] bySlot;
    private final List<Shard> shards;

    private SlotTable(Shard[] bySlot, List<Shard> shards) {
        this.bySlot = bySlot;
        this.shards = List.copyOf(shards);
    }

    /** Everything is on one node: not a cluster. */
    static SlotTable single(String address) {
        Shard shard = new Shard(address, "", List.of());
        Shard[] all = new Shard[SLOTS];
        java.util.Arrays.fill(all, shard);
        return new SlotTable(all, List.of(shard));
    }

    /**
     * Reads the answer to {@code CLUSTER SLOTS}.
     *
     * @param askedHost stands in for a node that does not know its own address
     */
    static SlotTable parse(Response slots, String askedHost) {
        Shard[] bySlot = new Shard[SLOTS];
        List<Shard> shards = new ArrayList<>();
        for (Response range : slots) {
            List<String> replicas = new ArrayList<>();
            for (int i = 3; i < range.size(); i++) {
                replicas.add(address(range.get(i), askedHost));
            }
            Response master = range.get(2);
            Shard fresh = new Shard(
                    address(master, askedHost),
                    master.size() > 2 ? master.get(2).toString() : "",
                    replicas);
            Shard shard = shards.stream()
                    .filter(known -> known.master().equals(fresh.master()))
                    .findFirst()
                    .orElse(fresh);
            if (!shards.contains(shard)) {
                shards.add(shard);
            }
            for (int slot = range.get(0).toInteger(); slot <= range.get(1).toInteger(); slot++) {
                bySlot[slot] = shard;
            }
        }
        return new SlotTable(bySlot, shards);
    }

    /** The shard that has a slot, or {@code null} where none has. */
    Shard shard(int slot) {
        return bySlot[slot];
    }

    List<Shard> shards() {
        return shards;
    }

    /** Whether some slot has no master. */
    boolean hasGaps() {
        for (Shard shard : bySlot) {
            if (shard == null) {
                return true;
            }
        }
        return false;
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

    /**
     * A master and its replicas.
     *
     * @param masterId the master's cluster id; empty where there is no cluster
     */
    record Shard(String master, String masterId, List<String> replicas) {}
}
