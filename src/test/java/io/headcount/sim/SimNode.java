package io.headcount.sim;

import io.headcount.bus.Ledger;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.cluster.LeaseRig;
import io.headcount.counter.CountingRig;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.Incarnation;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.reconciler.RepairsRig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A node: the real counter, repairs and lease, wired to the simulator's clock, bus and network as the verticles wire
 * them to Vert.x'; and two gateway instances that hold sockets. A process may be paused, die, and be started again.
 */
final class SimNode implements Roster {
    static final int GATEWAYS = 2;
    private static final MeterRegistry NO_METERS = new CompositeMeterRegistry();
    private static final long SILENCE_MILLIS = 3_500;
    /** As FanOut: so long an older count is not believed. */
    private static final long REGRESSION_MILLIS = 2_000;

    private final World world;
    private final String name;
    private final Scheduler scheduler;
    private final Map<String, Long> heardAt = new HashMap<>();
    private final long[] interruptedAt = new long[World.SHARDS];
    private final long[] cutUntil = new long[World.SHARDS];
    private final long[] answersCutUntil = new long[World.SHARDS];
    private final List<Gateway> gateways = new ArrayList<>();
    private final Map<String, Count> shown = new HashMap<>();
    private final Map<String, Long> shownAt = new HashMap<>();
    private final Map<String, Map<String, Count>> byOwner = new HashMap<>();
    private final Deque<Runnable> deferred = new ArrayDeque<>();
    private int life;
    private boolean running;
    private long pausedUntil;
    private SimStore store;
    private CountingRig counting;
    private RepairsRig repairs;
    private LeaseRig lease;
    private int streamRound;

    SimNode(World world, String name) {
        this.world = world;
        this.name = name;
        this.scheduler = world.scheduler;
    }

    String name() {
        return name;
    }

    boolean running() {
        return running;
    }

    boolean takesViewers() {
        return running && pausedUntil <= scheduler.now();
    }

    int life() {
        return life;
    }

    Incarnation incarnation() {
        return lease.current();
    }

    long pausedUntil() {
        return pausedUntil;
    }

    /** Starts a process; it serves once it has its lease. */
    void start() {
        life++;
        running = true;
        pausedUntil = 0;
        deferred.clear();
        heardAt.clear();
        shown.clear();
        byOwner.clear();
        gateways.clear();
        for (int i = 0; i < GATEWAYS; i++) {
            gateways.add(new Gateway(i));
        }
        store = new SimStore(world, this);
        SimLeases leases = new SimLeases(world, this);
        lease = new LeaseRig(leases, name, () -> scheduler.now() * 1_000_000);
        Ledger ledger = new Ledger(repaired -> world.repaired(this, repaired.repair()), new SharedClock());
        counting = new CountingRig(
                World.CONFIG,
                this,
                store,
                lease,
                ledger,
                NO_METERS,
                this::offer,
                (gateway, wanted) -> gateways.get(gateway).sockets(wanted),
                this::after,
                scheduler::now);
        repairs = new RepairsRig(
                World.CONFIG,
                this,
                store,
                leases,
                ledger,
                NO_METERS,
                world::verify,
                this::streamRoundNow,
                scheduler::now);
        every(1_000, this::hello);
        renew();
        every(100, () -> {
            counting.tick();
            counting.beat();
            counting.announce();
        });
        every(10_000, counting::announceAll);
        every(5_000, this::census);
        round(1_000, repairs::leaseRound);
        streamRoundIn(World.CONFIG.reconciler().intervalMillis());
        every(500, this::publish);
        round(500, this::readStale);
        round(2_000, this::readIndex);
    }

    /** The process is gone, and with it its sockets. */
    void die() {
        running = false;
        life++;
        deferred.clear();
        gateways.forEach(gateway -> gateway.sockets.clear());
    }

    void pause(long millis) {
        pausedUntil = scheduler.now() + millis;
        int paused = life;
        scheduler.at(pausedUntil, () -> {
            if (life == paused) {
                List<Runnable> overdue = List.copyOf(deferred);
                deferred.clear();
                // Through the queue: what is overdue runs before anything that is scheduled by it.
                overdue.forEach(task -> scheduler.at(scheduler.now(), task));
            }
        });
    }

    /** Runs a task of this process: not before it is awake, not when it is gone. */
    void after(long millis, Runnable task) {
        int mine = life;
        scheduler.after(millis, () -> run(mine, task));
    }

    private void run(int mine, Runnable task) {
        if (life != mine) {
            return;
        }
        if (pausedUntil > scheduler.now()) {
            deferred.add(() -> run(mine, task));
        } else {
            task.run();
        }
    }

    private void every(long millis, Runnable task) {
        after(millis, () -> {
            task.run();
            every(millis, task);
        });
    }

    private void round(long pauseMillis, Supplier<Future<Void>> work) {
        int mine = life;
        after(
                pauseMillis,
                () -> work.get().onComplete(done -> {
                    if (life == mine) {
                        round(pauseMillis, work);
                    }
                }));
    }

    private void streamRoundIn(long millis) {
        int armed = ++streamRound;
        int mine = life;
        after(millis, () -> {
            if (armed == streamRound) {
                repairs.streamRound().onComplete(done -> {
                    if (life == mine) {
                        streamRoundIn(World.CONFIG.reconciler().intervalMillis());
                    }
                });
            }
        });
    }

    private void streamRoundNow() {
        streamRoundIn(1);
    }

    private void renew() {
        int mine = life;
        lease.confirm().onComplete(done -> {
            if (life == mine) {
                after(done.succeeded() ? 3_000 : 250, this::renew);
            }
        });
    }

    /** Says goodbye to all: the lease ends by itself, no leaves are told. */
    void drain() {
        lease.drain();
        lease.confirm();
    }

    // --- Redis as this node sees it

    void cut(Shard shard, long until, boolean answersOnly) {
        (answersOnly ? answersCutUntil : cutUntil)[shard.number] = until;
    }

    long cutUntil(Shard shard) {
        return cutUntil[shard.number];
    }

    long answersCutUntil(Shard shard) {
        return answersCutUntil[shard.number];
    }

    void interrupted(Shard shard) {
        interruptedAt[shard.number] = scheduler.now();
    }

    boolean writableSince(Shard shard, long millis) {
        return scheduler.now() - Math.max(shard.upSince, interruptedAt[shard.number]) >= millis;
    }

    // --- the bus

    private void hello() {
        world.broadcast(this, other -> other.heardAt.put(name, scheduler.now()));
    }

    boolean hears(String other) {
        return other.equals(name)
                || scheduler.now() - heardAt.getOrDefault(other, -SILENCE_MILLIS * 2) < SILENCE_MILLIS;
    }

    @Override
    public String self() {
        return name;
    }

    @Override
    public Set<String> nodes() {
        Set<String> nodes = new TreeSet<>();
        world.names().stream().filter(this::hears).forEach(nodes::add);
        return nodes;
    }

    @Override
    public String owner(String stream) {
        String best = null;
        int highest = 0;
        for (String keeper : nodes()) {
            int score = Integer.rotateLeft((stream + keeper).hashCode() * 0x9E3779B9, 15) * 0x85EBCA6B;
            if (best == null || score > highest) {
                best = keeper;
                highest = score;
            }
        }
        return best;
    }

    private void offer(Count count) {
        String owner = owner(count.stream());
        world.send(this, owner, keeper -> keeper.board(count));
    }

    private void board(Count count) {
        counting.offer(count, scheduler.now());
        publishAll(counting.changes(scheduler.now()));
    }

    private void publish() {
        publishAll(counting.changes(scheduler.now()));
        publishAll(counting.signsOfLife(scheduler.now()));
    }

    private void publishAll(List<Count> counts) {
        if (!counts.isEmpty()) {
            world.broadcast(this, other -> counts.forEach(count -> other.show(name, count)));
        }
    }

    private Future<Void> readStale() {
        List<String> streams = counting.stale(scheduler.now());
        return streams.isEmpty()
                ? Future.succeededFuture()
                : store.read(streams)
                        .onSuccess(read -> read.forEach(stream -> counting.offer(stream, scheduler.now())))
                        .mapEmpty();
    }

    private Future<Void> readIndex() {
        return store.liveStreams()
                .onSuccess(streams -> counting.watch(streams, this::owns, scheduler.now()))
                .mapEmpty();
    }

    private void show(String from, Count count) {
        byOwner.computeIfAbsent(count.stream(), stream -> new HashMap<>()).put(from, count);
        Count last = shown.get(count.stream());
        if (last == null
                || count.newerThan(last)
                || scheduler.now() - shownAt.get(count.stream()) > REGRESSION_MILLIS) {
            shown.put(count.stream(), count);
            shownAt.put(count.stream(), scheduler.now());
        }
    }

    /** What this node's viewers of a stream are shown; -1 when nothing. */
    long shown(String stream) {
        if (world.has(Plant.OWNERS_ARE_SUMMED)) {
            return byOwner.getOrDefault(stream, Map.of()).values().stream()
                    .mapToLong(Count::viewers)
                    .sum();
        }
        return shown.containsKey(stream) ? shown.get(stream).viewers() : -1;
    }

    void verify(Message.Verify verify) {
        counting.onVerify(verify);
    }

    // --- sockets

    Session open(String stream, String user, String id) {
        int gateway = world.dice.below(GATEWAYS);
        Session session = new Session(stream, user, id, world.network.redisNow(), gateway);
        gateways.get(gateway).open(session);
        return session;
    }

    void close(Session session, boolean unheard) {
        after(0, () -> gateways.get(session.gateway()).close(session, unheard));
    }

    boolean hasSocketsOn(String stream) {
        return gateways.stream()
                .anyMatch(gateway -> gateway.sockets.values().stream()
                        .anyMatch(session -> session.stream().equals(stream)));
    }

    private void census() {
        gateways.forEach(Gateway::census);
    }

    /** As SessionRegistry: an instance's events, lists and census reach the counter in the order in which they are made. */
    private final class Gateway {
        private final int index;
        private final Map<String, Session> sockets = new TreeMap<>();
        private List<Message.SessionEvent> events = new ArrayList<>();
        private long lastDelivery;

        Gateway(int index) {
            this.index = index;
        }

        void open(Session session) {
            sockets.put(session.id(), session);
            if (world.losesEvent(true)) {
                world.oracle.unheard(session.id());
            } else {
                tell(session, null);
            }
        }

        void close(Session session, boolean unheard) {
            if (sockets.remove(session.id()) != null && !unheard) {
                tell(session, EndCause.CLOSED);
            }
        }

        private void tell(Session session, EndCause cause) {
            events.add(new Message.SessionEvent(session, cause, world.network.redisNow()));
            if (events.size() == 1) {
                after(world.dice.between(0, 10), this::flush);
            }
        }

        private void flush() {
            if (!events.isEmpty()) {
                Message.SessionEvents batch = new Message.SessionEvents(events);
                events = new ArrayList<>();
                deliver(() -> counting.onEvents(batch));
            }
        }

        void census() {
            flush();
            Map<String, Message.Tally> tallies = new HashMap<>();
            sockets.values()
                    .forEach(session -> tallies.put(
                            session.stream(),
                            tallies.getOrDefault(session.stream(), Message.Tally.NONE)
                                    .plus(session)));
            deliver(() -> counting.onCensus(new Message.Census(index, tallies)));
        }

        Future<Message.Sockets> sockets(Message.SocketsWanted wanted) {
            io.vertx.core.Promise<Message.Sockets> promise = io.vertx.core.Promise.promise();
            // A gateway's event loop may be busy for a while.
            after(world.dice.between(0, 40), () -> {
                flush();
                List<Session> open = sockets.values().stream()
                        .filter(session -> session.stream().equals(wanted.stream()))
                        .toList();
                deliver(() -> promise.complete(new Message.Sockets(wanted.stream(), open)));
            });
            return promise.future();
        }

        private void deliver(Runnable message) {
            lastDelivery = Math.max(lastDelivery, scheduler.now() + world.dice.between(0, 2));
            after(lastDelivery - scheduler.now(), message);
        }
    }
}
