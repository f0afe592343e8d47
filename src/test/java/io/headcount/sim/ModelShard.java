package io.headcount.sim;

import io.headcount.model.FinishedSession;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** A shard of the modelled Redis: what it holds, and what lease scripts, the index and the log do to it. */
final class ModelShard {
    private static final long BUCKET_MILLIS = 300_000;
    private static final long LEASE_MEMORY_MILLIS = 86_400_000L;
    private static final long INDEX_MOMENT_MILLIS = 30_000;
    private static final long INDEX_SILENCE_MILLIS = 900_000;

    private final Set<Plant> plants;
    private final Consumer<String> onAsserted;
    private final Map<String, ModelStream> streams = new TreeMap<>();
    private final Map<String, Lease> leases = new TreeMap<>();
    private final Map<String, Long> epochs = new TreeMap<>();
    private final Set<String> registry = new TreeSet<>();
    private final Map<String, Long> index = new TreeMap<>();
    private List<FinishedSession> log = new ArrayList<>();

    ModelShard(EnumSet<Plant> plants, Consumer<String> onAsserted) {
        this((Set<Plant>) plants, onAsserted);
    }

    private ModelShard(Set<Plant> plants, Consumer<String> onAsserted) {
        this.plants = plants;
        this.onAsserted = onAsserted;
    }

    ModelStream stream(String id) {
        return streams.computeIfAbsent(id, unknown -> {
            ModelStream stream = new ModelStream(id, BUCKET_MILLIS, plants);
            stream.onAsserted(onAsserted);
            return stream;
        });
    }

    Map<String, ModelStream> streams() {
        return streams;
    }

    /** lease_register.lua */
    long register(String node, long above, long lifeMillis, long seen, long now) {
        Lease lease = lease(node, now);
        if (readLease(node, now).epoch != seen && !plants.contains(Plant.LATE_REGISTRATIONS_ARE_TAKEN)) {
            return 0;
        }
        long epoch = Math.max(Math.max(lease == null ? 0 : lease.epoch, epochs.getOrDefault(node, 0L)), above) + 1;
        epochs.put(node, epoch);
        leases.put(node, new Lease(epoch, "alive", now + lifeMillis));
        return epoch;
    }

    /** lease_renew.lua */
    boolean renew(String node, long epoch, String state, long lifeMillis, long now) {
        Lease lease = lease(node, now);
        if (lease != null) {
            if (lease.epoch != epoch || lease.state.equals("dead")) {
                return false;
            }
        } else if (epochs.getOrDefault(node, epoch) != epoch) {
            return false;
        }
        leases.put(node, new Lease(epoch, state, now + lifeMillis));
        epochs.put(node, epoch);
        return true;
    }

    /** lease_bury.lua */
    boolean bury(String node, long epoch, boolean own, long now) {
        Lease lease = lease(node, now);
        if (lease != null) {
            if (lease.epoch > epoch) {
                return true;
            }
            if (lease.epoch == epoch && !lease.state.equals("dead") && !own) {
                return false;
            }
        } else if (epochs.getOrDefault(node, 0L) > epoch) {
            return true;
        }
        leases.put(node, new Lease(epoch, "dead", now + LEASE_MEMORY_MILLIS));
        return true;
    }

    /** lease_read.lua: the lease, or one in state {@code missing} with the highest epoch known. */
    Lease readLease(String node, long now) {
        Lease lease = lease(node, now);
        return lease != null ? lease : new Lease(epochs.getOrDefault(node, 0L), "missing", now);
    }

    /** No script: what a store without incarnations would do. */
    void leaseAgain(String node, long until) {
        leases.put(node, new Lease(1, "alive", until));
        epochs.put(node, 1L);
    }

    private Lease lease(String node, long now) {
        Lease lease = leases.get(node);
        if (lease != null && lease.until <= now) {
            leases.remove(node);
            return null;
        }
        return lease;
    }

    Set<String> registry() {
        return registry;
    }

    /** announce.lua */
    void announce(List<String> ids, long now) {
        ids.forEach(id -> index.put(id, now));
        index.values().removeIf(at -> at < now - INDEX_SILENCE_MILLIS);
    }

    List<String> index() {
        return List.copyOf(index.keySet());
    }

    /** retire.lua */
    void retire(String id, long now) {
        if (now - index.getOrDefault(id, now) > INDEX_MOMENT_MILLIS) {
            index.remove(id);
        }
    }

    void append(List<FinishedSession> records) {
        log.addAll(records);
    }

    /** Everything that waits in the log, which is then empty: read, written and acknowledged. */
    List<FinishedSession> takeLog() {
        List<FinishedSession> taken = log;
        log = new ArrayList<>();
        return taken;
    }

    List<FinishedSession> log() {
        return log;
    }

    ModelShard copy() {
        ModelShard copy = new ModelShard(plants, onAsserted);
        streams.forEach((id, stream) -> copy.streams.put(id, stream.copy()));
        copy.leases.putAll(leases);
        copy.epochs.putAll(epochs);
        copy.registry.addAll(registry);
        copy.index.putAll(index);
        copy.log.addAll(log);
        return copy;
    }

    ModelShard empty() {
        return new ModelShard(plants, onAsserted);
    }

    /** @param until epoch milliseconds by Redis' clock */
    record Lease(long epoch, String state, long until) {}
}
