package io.headcount.gateway;

import io.headcount.bus.Addresses;
import io.headcount.bus.Message.Admitted;
import io.headcount.bus.Message.SessionEvent;
import io.headcount.bus.Message.Tally;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.Mode;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.protocol.CloseCode;
import io.headcount.protocol.ServerMessage;
import io.headcount.protocol.SessionIds;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * The open sockets of one event loop: the truth of which all counts are made. Touched by its loop only.
 *
 * <p>A socket is in two arrays, its stream's and the loop's, and knows its place in both, so that opening, closing and
 * walking are cheap and an idle viewer costs two array elements here.
 */
public final class SessionRegistry {
    private static final int AGE_MILLIS = 1_000;

    private final int index;
    private final Loop loop;
    private final SharedClock clock;
    private final ByteBufAllocator allocator;
    private final GatewayMetrics metrics;
    private final EventBatches events;
    private final FanOut fanOut;
    private final SlowReaders slow;
    private final Welcomes welcomes = new Welcomes();
    private final Observers observers;
    private final Pulse pulse;
    private final Expiries expiries;
    private final Endings endings;
    private final SessionIds ids = new SessionIds();
    private final Map<String, Audience> audiences = new HashMap<>();
    private final Sweeper sweeper = new Sweeper();
    private Viewer[] viewers = new Viewer[64];
    private int size;
    private boolean silentLeaves;
    private long agedAtMillis;

    SessionRegistry(
            int index,
            HeadcountConfig config,
            Loop loop,
            SharedClock clock,
            ByteBufAllocator allocator,
            GatewayMetrics metrics,
            EventBatches.Target target) {
        this.index = index;
        this.loop = loop;
        this.clock = clock;
        this.allocator = allocator;
        this.metrics = metrics;
        HeadcountConfig.WebSocket sockets = config.webSocket();
        HeadcountConfig.Counting counting = config.counting();
        this.events = new EventBatches(
                counting.instances(), counting.batchMillis(), counting.batchSize(), loop, (to, batch) -> {
                    metrics.batch(batch.events().size());
                    target.send(to, batch);
                });
        this.slow = new SlowReaders(config.limits().maxWriteBufferBytes());
        PushPace pace =
                new PushPace((double) config.push().messagesPerSecond() / sockets.instances(), loop.nowMillis());
        this.fanOut = fanOut(config, pace, slow);
        SlowReaders slowObservers = new SlowReaders(config.limits().maxWriteBufferBytes());
        this.observers = new Observers(loop, allocator, slowObservers, fanOut(config, pace, slowObservers));
        this.pulse = new Pulse(sockets.pingIntervalMillis(), sockets.silenceLimitMillis(), loop.nowMillis());
        this.expiries = new Expiries(loop.nowMillis());
        this.endings = new Endings(config.push().endSpreadMillis());
        this.agedAtMillis = loop.nowMillis();
    }

    /** Viewers and observers have a fan-out each, and share the loop's part of the budget. */
    private FanOut fanOut(HeadcountConfig config, PushPace pace, SlowReaders readers) {
        Walks walks = new Walks(loop, pace, readers, metrics, config.push().intervalMillis());
        return new FanOut(loop, allocator, walks, metrics, config.push());
    }

    /** Opens a session; its viewer is welcomed once it is counted. */
    public Session open(String stream, String user, Viewer viewer) {
        Audience audience = audiences.computeIfAbsent(stream, id -> new Audience(id, loop.nowMillis()));
        viewer.session = new Session(audience.stream, user, ids.next(), clock.nowMillis(), index);
        audience.add(viewer);
        enlist(viewer);
        welcomes.opened(viewer, loop.nowMillis());
        tell(viewer.session, null);
        return viewer.session;
    }

    /** Tells a socket the counts of streams, no two of them equal; it is not counted. */
    void observe(List<String> streams, ObserverConnection connection) {
        enlist(connection);
        observers.open(streams, connection);
    }

    private void enlist(Viewer viewer) {
        viewer.heardMillis = pulse.nowMillis();
        if (size == viewers.length) {
            viewers = Arrays.copyOf(viewers, size + (size >> 1));
        }
        viewer.slot = size;
        viewers[size++] = viewer;
    }

    /** What proves who a viewer is ends after so many milliseconds: then the socket is closed with 4401. */
    void expireAfter(Viewer viewer, long millis) {
        if (viewer.slot != Viewer.NOWHERE) {
            expiries.set(viewer.slot, loop.nowMillis() + millis);
        }
    }

    /** Ends a session, the first time it is called for it. */
    public void close(Viewer viewer, EndCause cause) {
        if (viewer.slot == Viewer.NOWHERE) {
            return;
        }
        Session session = viewer.session;
        Viewer moved = viewers[--size];
        viewers[size] = null;
        if (moved != viewer) {
            viewers[viewer.slot] = moved;
            moved.slot = viewer.slot;
        }
        expiries.removed(viewer.slot, size);
        viewer.slot = Viewer.NOWHERE;
        if (viewer instanceof ObserverConnection observer) {
            observers.close(observer);
            return;
        }
        Audience audience = audiences.get(session.stream());
        audience.remove(viewer);
        if (audience.size() == 0) {
            audiences.remove(session.stream());
        }
        welcomes.closed(session);
        slow.release(viewer);
        metrics.ended(cause);
        if (!silentLeaves) {
            tell(session, cause);
        }
    }

    private void tell(Session session, EndCause cause) {
        int counter = Addresses.counterOf(session.stream(), events.counters());
        events.add(counter, new SessionEvent(session, cause, clock.nowMillis()));
    }

    /**
     * Sessions that are counted now: welcomes those that still wait; who was welcomed as degraded gets the count. Those
     * that are one too many of their user are closed.
     */
    public void admitted(Admitted admitted) {
        Audience audience = audiences.get(admitted.count().stream());
        if (audience == null) {
            return;
        }
        admitted.refused().forEach(this::oneTooMany);
        fanOut.seed(audience, admitted.count());
        Count count = admitted.count().newerThan(audience.last) ? admitted.count() : audience.last;
        Mode mode = fanOut.shown(count.mode());
        for (Session session : admitted.sessions()) {
            Viewer viewer = welcomes.admitted(session);
            if (viewer == null) {
                continue;
            }
            if (viewer.welcomed) {
                send(viewer, new ServerMessage.CountUpdate(count.stream(), count.viewers(), count.asOfMillis(), mode));
            } else {
                metrics.welcomed(Math.max(0, clock.nowMillis() - session.joinedAtMillis()));
                welcome(viewer, count, mode);
            }
        }
    }

    private void oneTooMany(Session session) {
        Viewer viewer = welcomes.admitted(session);
        if (viewer != null) {
            metrics.limited(Limit.SESSIONS_PER_USER);
            expel(viewer, CloseCode.TOO_MANY, EndCause.REFUSED);
        }
    }

    private void welcome(Viewer viewer, Count count, Mode mode) {
        viewer.welcomed = true;
        Session session = viewer.session;
        send(
                viewer,
                new ServerMessage.Welcome(session.id(), session.stream(), count.viewers(), count.asOfMillis(), mode));
    }

    private void welcomeLate(Viewer viewer) {
        String stream = viewer.session.stream();
        Count last = audiences.get(stream).last;
        welcome(viewer, last == null ? Count.none(stream, clock.nowMillis(), Mode.DEGRADED) : last, Mode.DEGRADED);
    }

    private void send(Viewer viewer, ServerMessage message) {
        viewer.write(Frames.text(allocator, message));
    }

    /** Counts from the streams' owners. */
    public void counts(List<Count> counts) {
        for (Count count : counts) {
            Audience audience = audiences.get(count.stream());
            if (audience != null) {
                fanOut.accept(audience, count, true);
            }
            observers.accept(count, true);
        }
    }

    /** Counts that this node read for itself. */
    void read(List<Count> counts) {
        for (Count count : counts) {
            Audience audience = audiences.get(count.stream());
            if (audience != null) {
                fanOut.accept(audience, count, false);
            }
            observers.accept(count, false);
        }
    }

    /** Streams of which no owner is heard, at most so many. */
    List<String> ownerless(int most) {
        List<String> streams = fanOut.ownerless(audiences.values(), most);
        observers.ownerless(streams, most);
        return streams;
    }

    /** Whether this node reaches Redis and holds its lease. */
    public void health(boolean live) {
        fanOut.health(live, audiences.values());
        observers.health(live);
    }

    /** Everything that was written to a held-back socket is sent: it gets the newest count. */
    void drained(Viewer viewer) {
        if (viewer.slot == Viewer.NOWHERE || !slow.release(viewer)) {
            return;
        }
        Audience audience = audiences.get(viewer.session.stream());
        if (audience.last != null) {
            Mode mode = audience.pushedMode == null ? fanOut.shown(audience.last.mode()) : audience.pushedMode;
            send(viewer, fanOut.message(audience, mode));
        }
    }

    /** Periodic work, every {@link Pulse#tickMillis()}. */
    void tick() {
        long now = loop.nowMillis();
        pulse.tick(now, sweeper);
        welcomes.overdue(now, this::welcomeLate);
        expiries.tick(now, size, slot -> expel(viewers[slot], CloseCode.EXPIRED, EndCause.REFUSED));
        endings.tick(now, this::sendHome);
        slow.tick(now, viewer -> {
            metrics.limited(Limit.WRITE_BUFFER);
            expel(viewer, CloseCode.SLOW, EndCause.REFUSED);
        });
        observers.tick(observer -> {
            metrics.limited(Limit.WRITE_BUFFER);
            expel(observer, CloseCode.SLOW, EndCause.REFUSED);
        });
        if (now - agedAtMillis >= AGE_MILLIS) {
            agedAtMillis = now;
            fanOut.age(audiences.values());
            observers.age();
        }
    }

    private void expel(Viewer viewer, CloseCode code, EndCause cause) {
        close(viewer, cause);
        viewer.closeWith(code);
    }

    /** Whether anybody watches a stream here that has not ended. */
    boolean watched(String stream) {
        return audiences.containsKey(stream) && !endings.under(stream);
    }

    /** A stream has ended: its sockets are told and closed, one after the other. */
    public void ended(String stream) {
        observers.ended(stream);
        Audience audience = audiences.get(stream);
        if (audience != null) {
            endings.begin(stream, audience.size(), loop.nowMillis());
        }
    }

    /** A stream is to be watched again: who is still here stays. */
    void reopened(String stream) {
        endings.cancel(stream);
    }

    private boolean sendHome(String stream, int most) {
        Audience audience = audiences.get(stream);
        for (int i = 0; i < most && audience != null && audience.size() > 0; i++) {
            Viewer viewer = audience.at(audience.size() - 1);
            send(viewer, new ServerMessage.Ended(stream));
            expel(viewer, CloseCode.NORMAL, EndCause.ENDED);
        }
        return audience != null && audience.size() > 0;
    }

    /** Tells the last so many sockets to come back elsewhere, and closes them. Returns whether any is left. */
    boolean reconnect(int most, IntSupplier afterMillis) {
        for (int i = 0; i < most && size > 0; i++) {
            Viewer viewer = viewers[size - 1];
            send(viewer, new ServerMessage.Reconnect(afterMillis.getAsInt()));
            expel(viewer, CloseCode.RESTART, EndCause.SHUTDOWN);
        }
        return size > 0;
    }

    /** From now on no leave is told: the node's lease says what becomes of its sessions. */
    void leaveSilently() {
        silentLeaves = true;
    }

    /** Sends what is waiting for the counters. */
    void flushEvents() {
        events.flushAll();
    }

    /** The sessions open on a stream; all that happened on it before has been told to its counter. */
    public List<Session> sessionsOf(String stream) {
        events.flush(Addresses.counterOf(stream, events.counters()));
        Audience audience = audiences.get(stream);
        return audience == null ? List.of() : audience.sessions();
    }

    /**
     * Open sockets by stream, in brief; all that made them so has been told to the counters, so that theirs are to be equal when
     * the census reaches them.
     */
    public Map<String, Tally> census() {
        events.flushAll();
        Map<String, Tally> tallies = new HashMap<>(audiences.size() * 4 / 3 + 1);
        audiences.forEach((stream, audience) -> tallies.put(stream, audience.tally()));
        return tallies;
    }

    /** Open sockets. */
    public int size() {
        return size;
    }

    Observers observers() {
        return observers;
    }

    Pulse pulse() {
        return pulse;
    }

    /** The sweeps' view of the sockets. */
    private final class Sweeper implements Pulse.Visitor {
        @Override
        public int size() {
            return size;
        }

        @Override
        public void ping(int slot) {
            Viewer viewer = viewers[slot];
            if (viewer.unsentBytes() == 0) {
                viewer.write(Frames.ping());
            } else if (viewer.welcomed) {
                slow.hold(viewer, loop.nowMillis());
            }
        }

        @Override
        public void silent(int slot) {
            Viewer viewer = viewers[slot];
            close(viewer, EndCause.SILENCE);
            viewer.abandon();
        }

        @Override
        public int heardMillis(int slot) {
            return viewers[slot].heardMillis;
        }
    }
}
