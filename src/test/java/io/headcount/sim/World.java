package io.headcount.sim;

import io.headcount.bus.Message;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.FinishedSession;
import io.headcount.model.Incarnation;
import io.headcount.model.Repair;
import io.headcount.model.Session;
import io.headcount.store.CounterStore;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Nodes, a Redis, a bus, books, and viewers who come and go: what there is in a simulation, but for what goes wrong. */
final class World {
    static final int SHARDS = 3;
    static final HeadcountConfig CONFIG = config();

    final Scheduler scheduler = new Scheduler();
    final Dice dice;
    final Network network;
    final Oracle oracle = new Oracle();
    /** Where no message arrives: between whom, by names joined; or everywhere. */
    final Set<String> deafPairs = new HashSet<>();

    boolean deaf;
    boolean losesEvents;
    private boolean eventsWereLost;
    private final EnumSet<Plant> plants;
    private final boolean tracing;
    private final List<Shard> shards = new ArrayList<>();
    private final Map<String, SimNode> nodes = new TreeMap<>();
    private final Map<String, FinishedSession> books = new HashMap<>();
    private final int streams;
    private final int users;
    private final Set<Boolean> lostKinds;
    private boolean repairsAreExcused;
    private String breach;
    private int sessions;

    World(long seed, EnumSet<Plant> plants, boolean tracing) {
        this.dice = new Dice(seed);
        this.plants = plants;
        this.tracing = tracing;
        this.network = new Network(scheduler, dice);
        this.lostKinds = dice.oneOf(List.of(Set.of(true), Set.of(false), Set.of(true, false)));
        this.streams = 1 + dice.below(3);
        this.users = 3 + dice.below(8);
        for (int i = 0; i < SHARDS; i++) {
            shards.add(new Shard(i, new ModelShard(plants, oracle::asserted)));
        }
        int size = 2 + dice.below(3);
        for (int i = 0; i < size; i++) {
            SimNode node = new SimNode(this, "n" + i);
            nodes.put(node.name(), node);
            scheduler.after(dice.between(0, 100), node::start);
        }
        scheduler.after(500, this::readLog);
    }

    private static HeadcountConfig config() {
        try {
            return HeadcountConfig.read(
                    Map.of(
                            "node", Map.of("id", "sim"),
                            "redis", Map.of("endpoints", List.of("127.0.0.1:1")),
                            "websocket", Map.of("instances", SimNode.GATEWAYS),
                            "counting", Map.of("instances", 1),
                            // The model's door is open: it knows no limit of tabs.
                            "limits", Map.of("maxSessionsPerUser", 0)),
                    Map.of());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    boolean has(Plant plant) {
        return plants.contains(plant);
    }

    void trace(Supplier<String> line) {
        if (tracing) {
            System.out.printf("%9.3f %s%n", scheduler.now() / 1000.0, line.get());
        }
    }

    List<SimNode> nodes() {
        return List.copyOf(nodes.values());
    }

    Set<String> names() {
        return nodes.keySet();
    }

    List<SimNode> running() {
        return nodes.values().stream().filter(SimNode::running).toList();
    }

    // --- Redis

    List<Shard> shards() {
        return shards;
    }

    Shard shard(int number) {
        return shards.get(number % SHARDS);
    }

    Shard shardOf(String stream) {
        return shard(stream.charAt(1) - '0');
    }

    Shard leaseShardOf(String node) {
        return shard(node.charAt(1) - '0' + 1);
    }

    Shard indexShardOf(String stream) {
        return shard(stream.charAt(1) - '0' + 2);
    }

    /** Sessions of a scan's page: small, so that many pages are walked. */
    int pageSize() {
        return 3;
    }

    /** What a shard holds becomes something older, or nothing. */
    void loseData(Shard shard, ModelShard older) {
        excuseRepairs();
        Set<String> held = new HashSet<>();
        Map<String, String> before = new HashMap<>();
        shard.data.streams().values().forEach(stream -> before.putAll(stream.assertedBy()));
        older.streams()
                .values()
                .forEach(stream -> held.addAll(stream.assertedBy().keySet()));
        before.keySet().removeAll(held);
        before.keySet().forEach(session -> oracle.redisLost(session, nodes));
        Set<String> logged = new HashSet<>();
        older.log().forEach(record -> logged.add(record.session()));
        for (FinishedSession record : shard.data.log()) {
            if (!logged.contains(record.session())) {
                oracle.recordLost(record.session());
            }
        }
        shard.data = older;
    }

    private void readLog() {
        for (Shard shard : shards) {
            if (!shard.down && shard.stoppedUntil <= scheduler.now()) {
                for (FinishedSession record : shard.data.takeLog()) {
                    books.putIfAbsent(record.session() + "@" + record.joinedAtMillis(), record);
                }
            }
        }
        scheduler.after(500, this::readLog);
    }

    // --- the bus

    void send(SimNode from, String to, Consumer<SimNode> message) {
        SimNode receiver = nodes.get(to);
        boolean heard = from == receiver || !(deaf || deafPairs.contains(from.name() + to));
        if (heard && receiver.running() && !dice.chance(network.lost)) {
            receiver.after(dice.between(1, 4), () -> message.accept(receiver));
        }
    }

    void broadcast(SimNode from, Consumer<SimNode> message) {
        nodes.keySet().forEach(to -> send(from, to, message));
    }

    void verify(Message.Verify verify) {
        // From whichever keeper: it is lost or not.
        if (!deaf && !dice.chance(network.lost)) {
            SimNode node = nodes.get(verify.incarnation().node());
            if (node.running()) {
                node.after(dice.between(1, 4), () -> node.verify(verify));
            }
        }
    }

    /** Openings, closings, or both: the totals may then be equal. */
    boolean losesEvent(boolean opening) {
        boolean lost = losesEvents && lostKinds.contains(opening) && dice.chance(0.3);
        eventsWereLost |= lost;
        return lost;
    }

    boolean lostEvents() {
        return eventsWereLost;
    }

    // --- what must be so at every moment

    /** Redis lost data, or a node its own events: there is something to repair. */
    void excuseRepairs() {
        repairsAreExcused = true;
    }

    /** Of what was never lost there is nothing to repair, whatever calls were lost, late, or doubled. */
    void repaired(SimNode node, Repair repair) {
        trace(() -> node.name() + " repaired " + repair);
        if (!repairsAreExcused && !repair.cause().equals("node_lost")) {
            breach("nothing was lost and yet there was something to repair: " + repair);
        }
    }

    /** A node begins a new life when its last is over, not while it holds it: every session would be asserted anew. */
    void endedByRegistration(Incarnation held, long epoch) {
        breach("a registration as epoch " + epoch + " ended " + held + ", which was held");
    }

    void mustBeWhole(ModelStream stream) {
        String torn = stream.torn();
        if (torn != null) {
            breach(torn);
        }
    }

    private void breach(String what) {
        if (breach == null) {
            breach = "at " + scheduler.now() + " ms: " + what;
            trace(() -> "BREACH " + what);
        }
    }

    /** What was not as it must be at some moment, {@code null} when nothing. */
    String breach() {
        return breach;
    }

    // --- viewers

    /** One of them opens or closes a tab. */
    void viewerActs() {
        if (!oracle.open().isEmpty() && dice.chance(oracle.open().size() > 24 ? 0.8 : 0.45)) {
            close(dice.oneOf(List.copyOf(oracle.open().values())));
        } else {
            openTab("u" + dice.below(users), "s" + dice.below(streams));
        }
    }

    private void openTab(String user, String stream) {
        List<SimNode> open =
                nodes.values().stream().filter(SimNode::takesViewers).toList();
        if (open.isEmpty()) {
            return;
        }
        SimNode node = dice.oneOf(open);
        Session session = node.open(stream, user, "x" + sessions++);
        oracle.opened(session, node);
        trace(() -> node.name() + " viewer " + user + " opens " + session.id() + " on " + stream);
    }

    private void close(Oracle.Tab tab) {
        trace(() -> tab.node().name() + " viewer " + tab.session().user() + " closes "
                + tab.session().id());
        oracle.closed(tab);
        tab.node().close(tab.session(), losesEvent(false));
    }

    /** A process dies; some of its viewers come back elsewhere. */
    void kill(SimNode node) {
        List<Oracle.Tab> tabs = oracle.open().values().stream()
                .filter(tab -> tab.node() == node)
                .toList();
        node.die();
        for (Oracle.Tab tab : tabs) {
            oracle.closed(tab);
            if (dice.chance(0.7)) {
                scheduler.after(
                        dice.between(10, 3_000), () -> openTab(tab.session().user(), tab.session().stream()));
            }
        }
    }

    // --- what must be so

    /** What is wrong now, {@code null} when nothing: counts, and what is shown. */
    String difference() {
        for (int i = 0; i < streams; i++) {
            String stream = "s" + i;
            ModelStream model = shardOf(stream).data.stream(stream);
            CounterStore.LiveStream read = model.read(network.redisNow());
            long viewers = oracle.viewers(stream).size();
            long tabs = oracle.sessions(stream).size();
            if (read.count().viewers() != viewers
                    || read.count().sessions() != tabs
                    || !model.users().equals(oracle.viewers(stream))
                    || !model.assertedBy().keySet().equals(oracle.sessions(stream))) {
                return stream + ": " + read.count().viewers() + " viewers " + model.users() + " and "
                        + read.count().sessions() + " sessions " + new java.util.TreeMap<>(model.assertedBy())
                        + " are counted, but there are " + viewers + " " + oracle.viewers(stream) + " and " + tabs + " "
                        + oracle.sessions(stream);
            }
            for (SimNode node : nodes.values()) {
                if (node.running() && node.hasSocketsOn(stream) && node.shown(stream) != viewers) {
                    return stream + ": " + node.name() + " shows " + node.shown(stream) + " instead of " + viewers;
                }
            }
        }
        return null;
    }

    /** What is wrong with the books, {@code null} when nothing. */
    String wrongInBooks() {
        readLog();
        return oracle.wrongIn(books);
    }
}
