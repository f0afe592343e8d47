package io.headcount.gateway;

import io.headcount.model.Count;
import io.headcount.model.Mode;
import io.headcount.protocol.ServerMessage;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The streams of one event loop's observers. Kept apart from the viewers' audiences: those are the truth of which counts
 * are made, and nobody in here is counted.
 *
 * <p>Owners publish the counts of all streams that have viewers to every node, so those of an observed stream come as
 * they come for viewers. Of a stream without viewers no owner speaks: it is read.
 */
final class Observers {
    /** Counts that are as young as this are not read again: those that were read make room for the others. */
    private static final int FRESH_MILLIS = 1_500;

    private final Loop loop;
    private final ByteBufAllocator allocator;
    private final SlowReaders slow;
    private final FanOut fanOut;
    private final Map<String, Audience> audiences = new HashMap<>();
    /** Reads what nobody told, now. */
    private Runnable reader = () -> {};

    Observers(Loop loop, ByteBufAllocator allocator, SlowReaders slow, FanOut fanOut) {
        this.loop = loop;
        this.allocator = allocator;
        this.slow = slow;
        this.fanOut = fanOut;
    }

    void readBy(Runnable reads) {
        reader = reads;
    }

    /** Begins to tell a socket of its streams (no two of them equal): what is known at once, the rest when it is read. */
    void open(List<String> streams, ObserverConnection connection) {
        List<Observation> observations = new ArrayList<>(streams.size());
        boolean unknown = false;
        for (String stream : streams) {
            Audience audience = audiences.computeIfAbsent(stream, this::unheard);
            Observation observation = new Observation(audience.stream, connection, this);
            audience.add(observation);
            observations.add(observation);
            if (audience.last == null) {
                unknown = true;
            } else {
                send(observation, audience);
            }
        }
        connection.observations = List.copyOf(observations);
        if (unknown) {
            reader.run();
        }
    }

    private Audience unheard(String stream) {
        Audience audience = new Audience(stream, loop.nowMillis());
        audience.ownerHeardAtMillis -= FanOut.OWNERLESS_MILLIS + 1;
        return audience;
    }

    /** The socket has gone. */
    void close(ObserverConnection connection) {
        for (Observation observation : connection.observations) {
            slow.release(observation);
            Audience audience = audiences.get(observation.stream);
            audience.remove(observation);
            if (audience.size() == 0) {
                audiences.remove(observation.stream);
            }
        }
        connection.observations = List.of();
    }

    /** A count, of whatever stream. */
    void accept(Count count, boolean fromOwner) {
        Audience audience = audiences.isEmpty() ? null : audiences.get(count.stream());
        if (audience != null) {
            fanOut.accept(audience, count, fromOwner);
        }
    }

    /** A stream has ended: its observers are told, and stay. */
    void ended(String stream) {
        Audience audience = audiences.get(stream);
        for (int i = 0; audience != null && i < audience.size(); i++) {
            audience.at(i).write(Frames.text(allocator, new ServerMessage.Ended(stream)));
        }
    }

    /** Adds streams of which no owner is heard and no fresh count is known, until there are {@code most}. */
    void ownerless(List<String> streams, int most) {
        long now = loop.nowMillis();
        for (Audience audience : audiences.values()) {
            if (streams.size() >= most) {
                return;
            }
            boolean fresh = audience.last != null && now - audience.acceptedAtMillis < FRESH_MILLIS;
            if (!fresh && now - audience.ownerHeardAtMillis > FanOut.OWNERLESS_MILLIS) {
                streams.add(audience.stream);
            }
        }
    }

    void health(boolean live) {
        fanOut.health(live, audiences.values());
    }

    void age() {
        fanOut.age(audiences.values());
    }

    /** Hands out sockets that do not read what they are sent. */
    void tick(Consumer<Viewer> tooSlow) {
        slow.tick(loop.nowMillis(), observation -> tooSlow.accept(((Observation) observation).connection));
    }

    /** Everything that was written to a held-back socket is sent: it gets the newest count. */
    void drained(Observation observation) {
        if (slow.release(observation)) {
            send(observation, audiences.get(observation.stream));
        }
    }

    private void send(Observation observation, Audience audience) {
        Mode mode = audience.pushedMode == null ? fanOut.shown(audience.last.mode()) : audience.pushedMode;
        observation.write(Frames.text(allocator, fanOut.message(audience, mode)));
    }
}
