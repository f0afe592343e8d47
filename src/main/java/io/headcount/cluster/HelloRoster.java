package io.headcount.cluster;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.model.SharedClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * The live nodes, by their hellos: one every second from each, forgotten after 3.5 s of silence. Hellos are cheaper to
 * trust than a membership protocol: they travel the very way that counts do. A node that cannot do a keeper's work (it is
 * cut off from Redis) says so in them: otherwise its streams would be owned by one who can neither publish nor reap.
 */
public final class HelloRoster implements Roster {
    private static final String KEEPER = "keeper";
    private static final long HELLO_MILLIS = 1_000;
    private static final long SILENCE_MILLIS = 3_500;

    private final String self;
    private final Set<String> roles;
    private final BooleanSupplier able;
    private final Vertx vertx;
    private final Map<String, Seen> seen = new HashMap<>();
    private volatile long timer = -1;
    private volatile boolean draining;
    private volatile View view;

    private HelloRoster(Vertx vertx, String self, Set<String> roles, BooleanSupplier able) {
        this.able = able;
        this.vertx = vertx;
        this.self = self;
        this.roles = Set.copyOf(roles);
        this.view = new View(Set.of(self), roles.contains(KEEPER) ? List.of(new Keeper(self)) : List.of());
    }

    /**
     * Begins to greet and to listen.
     *
     * @param able whether this node can do a keeper's work now; while it cannot, others own its streams
     */
    public static Future<HelloRoster> start(Vertx vertx, String self, Set<String> roles, BooleanSupplier able) {
        HelloRoster roster = new HelloRoster(vertx, self, roles, able);
        // One context for all of it: `seen` needs no lock.
        vertx.getOrCreateContext().runOnContext(ready -> roster.listen());
        return Future.succeededFuture(roster);
    }

    @Override
    public String self() {
        return self;
    }

    @Override
    public Set<String> nodes() {
        return view.nodes;
    }

    @Override
    public String owner(String stream) {
        List<Keeper> keepers = view.keepers;
        if (keepers.size() == 1) {
            return keepers.get(0).node;
        }
        long hash = mix(fnv(stream));
        String best = null;
        long highest = 0;
        for (Keeper keeper : keepers) {
            long score = mix(hash ^ keeper.hash);
            if (best == null || Long.compareUnsigned(score, highest) > 0) {
                highest = score;
                best = keeper.node;
            }
        }
        return best;
    }

    /** From now on this node owns nothing and says that it is leaving. */
    public void drain() {
        draining = true;
        hello();
    }

    /** Says nothing any more, before the bus goes. */
    public void stop() {
        vertx.cancelTimer(timer);
    }

    /** Whether all other nodes that are there are leaving too: everything is being stopped together. */
    public boolean othersAreDraining() {
        return view.othersDraining;
    }

    private void listen() {
        Bus.of(vertx).consume(Addresses.HELLO, this::onHello);
        timer = vertx.setPeriodic(0, HELLO_MILLIS, tick -> {
            hello();
            refresh();
        });
    }

    private void hello() {
        Set<String> now = new TreeSet<>(roles);
        if (!able.getAsBoolean()) {
            now.remove(KEEPER);
        }
        Bus.of(vertx).publish(Addresses.HELLO, new Message.Hello(self, now, draining));
    }

    private void onHello(Message.Hello hello) {
        Seen before = seen.put(hello.node(), new Seen(hello, SharedClock.monotonicMillis()));
        if (before == null || !before.hello.equals(hello)) {
            refresh();
        }
    }

    private void refresh() {
        long now = SharedClock.monotonicMillis();
        seen.values().removeIf(one -> now - one.atMillis > SILENCE_MILLIS);
        Set<String> nodes = new TreeSet<>();
        nodes.add(self);
        List<Keeper> keepers = new ArrayList<>();
        boolean othersDraining = true;
        for (Seen one : seen.values()) {
            nodes.add(one.hello.node());
            if (one.hello.roles().contains(KEEPER)
                    && !one.hello.draining()
                    && !one.hello.node().equals(self)) {
                keepers.add(new Keeper(one.hello.node()));
            }
            othersDraining &= one.hello.draining() || one.hello.node().equals(self);
        }
        // Where nobody else can, it stays the keeper, for when it is able again.
        boolean keeps = !draining && able.getAsBoolean();
        if (roles.contains(KEEPER) && (keeps || keepers.isEmpty())) {
            keepers.add(new Keeper(self));
        }
        keepers.sort(Comparator.comparing(keeper -> keeper.node));
        view = new View(Set.copyOf(nodes), List.copyOf(keepers), othersDraining);
    }

    /** FNV-1a, 64 bits. */
    private static long fnv(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : text.getBytes(StandardCharsets.US_ASCII)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }

    /** The finaliser of SplitMix64: FNV alone spreads the high bits of short texts badly. */
    private static long mix(long hash) {
        long h = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
        return h ^ (h >>> 31);
    }

    private record Seen(Message.Hello hello, long atMillis) {}

    private record Keeper(String node, long hash) {
        Keeper(String node) {
            this(node, mix(fnv(node)));
        }
    }

    private record View(Set<String> nodes, List<Keeper> keepers, boolean othersDraining) {
        View(Set<String> nodes, List<Keeper> keepers) {
            this(nodes, keepers, true);
        }
    }
}
