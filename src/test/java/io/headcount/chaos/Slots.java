package io.headcount.chaos;

import io.headcount.dev.EmbeddedRedisCluster;
import io.headcount.dev.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Moves slots between masters as {@code redis-cli --cluster reshard} does, and takes servers into the cluster. */
final class Slots implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final String KEYS_AT_ONCE = "100";

    private final EmbeddedRedisCluster redis;
    private final Map<Integer, RespClient> clients = new HashMap<>();

    Slots(EmbeddedRedisCluster redis) {
        this.redis = redis;
    }

    int slotOf(String stream) throws IOException {
        return ((Long) call(redis.masters().get(0), "CLUSTER", "KEYSLOT", "{" + stream + "}")).intValue();
    }

    /** The slots that a master has. */
    List<Integer> of(int server) throws IOException {
        List<Integer> slots = new ArrayList<>();
        for (Object range : (List<?>) call(server, "CLUSTER", "SLOTS")) {
            List<?> fields = (List<?>) range;
            if ((Long) ((List<?>) fields.get(2)).get(1) == redis.port(server)) {
                for (long slot = (Long) fields.get(0); slot <= (Long) fields.get(1); slot++) {
                    slots.add((int) slot);
                }
            }
        }
        return slots;
    }

    int move(List<Integer> slots, int from, int to) throws IOException {
        int keys = 0;
        for (int slot : slots) {
            keys += move(slot, from, to);
        }
        return keys;
    }

    /** Moves a slot with all that is in it; returns the number of keys. */
    int move(int slot, int from, int to) throws IOException {
        String number = Integer.toString(slot);
        String toId = id(to);
        call(to, "CLUSTER", "SETSLOT", number, "IMPORTING", id(from));
        call(from, "CLUSTER", "SETSLOT", number, "MIGRATING", toId);
        int moved = 0;
        while (call(from, "CLUSTER", "GETKEYSINSLOT", number, KEYS_AT_ONCE) instanceof List<?> keys
                && !keys.isEmpty()) {
            List<String> migrate = new ArrayList<>(
                    List.of("MIGRATE", HOST, Integer.toString(redis.port(to)), "", "0", "5000", "KEYS"));
            keys.forEach(key -> migrate.add((String) key));
            call(from, migrate.toArray(String[]::new));
            moved += keys.size();
        }
        // The new owner first, so that there is one at every moment.
        call(to, "CLUSTER", "SETSLOT", number, "NODE", toId);
        call(from, "CLUSTER", "SETSLOT", number, "NODE", toId);
        return moved;
    }

    /** Makes a new server known to all, and waits until it knows all slots. */
    void meet(int server) throws IOException {
        call(
                redis.masters().get(0),
                "CLUSTER",
                "MEET",
                HOST,
                Integer.toString(redis.port(server)),
                Integer.toString(redis.busPort(server)));
        await("server " + server + " is known to all", () -> {
            String id = id(server);
            for (int other = 0; other < redis.processes().size(); other++) {
                if (!((String) call(other, "CLUSTER", "NODES")).contains(id)) {
                    return other > server;
                }
            }
            return ((String) call(server, "CLUSTER", "INFO")).contains("cluster_slots_assigned:16384");
        });
    }

    void replicate(int replica, int master) throws IOException {
        await("a replica of the new master", () -> {
            call(replica, "CLUSTER", "REPLICATE", id(master));
            return true;
        });
    }

    @Override
    public void close() {
        clients.values().forEach(RespClient::close);
    }

    private String id(int server) throws IOException {
        return (String) call(server, "CLUSTER", "MYID");
    }

    private Object call(int server, String... command) throws IOException {
        RespClient client = clients.get(server);
        if (client == null) {
            client = new RespClient(HOST, redis.port(server), TIMEOUT_MILLIS);
            clients.put(server, client);
        }
        return client.call(command);
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(String what, Condition condition) {
        boolean held = Scene.await(
                () -> {
                    try {
                        return condition.holds();
                    } catch (IOException e) {
                        // Not yet known to each other.
                        return false;
                    }
                },
                Duration.ofSeconds(20));
        if (!held) {
            throw new IllegalStateException("not within 20 s: " + what);
        }
    }
}
