package io.headcount.chaos;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The way between one client and one server: all connections that the first opens to the second. Any thread. */
final class Link {
    private final Map<Way, Passage> passages =
            new EnumMap<>(Map.of(Way.TO_SERVER, Passage.OPEN, Way.TO_CLIENT, Passage.OPEN));
    private final Set<Runnable> connections = ConcurrentHashMap.newKeySet();
    private volatile long delayMillis;

    /** A direction. */
    enum Way {
        TO_SERVER,
        TO_CLIENT
    }

    /** What becomes of bytes. */
    enum Passage {
        OPEN,
        /** They wait, as they would for retransmission, and arrive when the link is healed. */
        HELD,
        /** They are lost; a connection that lost some is reset when the link is healed. */
        LOST
    }

    /** Both directions. */
    void set(Passage passage) {
        set(Way.TO_SERVER, passage);
        set(Way.TO_CLIENT, passage);
    }

    void set(Way way, Passage passage) {
        synchronized (passages) {
            passages.put(way, passage);
        }
        connections.forEach(Runnable::run);
    }

    /** What is sent from now on arrives so much later, in each direction; 0 for at once. */
    void delay(long millis) {
        delayMillis = millis;
    }

    long delayMillis() {
        return delayMillis;
    }

    void heal() {
        delay(0);
        set(Passage.OPEN);
    }

    Passage passage(Way way) {
        synchronized (passages) {
            return passages.get(way);
        }
    }

    /** Whether a connection can be made, for which both directions are needed. */
    boolean passable() {
        return passage(Way.TO_SERVER) == Passage.OPEN && passage(Way.TO_CLIENT) == Passage.OPEN;
    }

    /** Calls back when the link changes; on the thread that changes it. */
    void add(Runnable connection) {
        connections.add(connection);
    }

    void remove(Runnable connection) {
        connections.remove(connection);
    }
}
