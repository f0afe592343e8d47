package io.headcount.gateway;

import java.util.ArrayDeque;

/**
 * Sockets that were told to go: whoever has not gone within the time is closed. All wait equally long, so a queue is
 * all the timing that is needed.
 */
final class Closings {
    /** For a Close frame to arrive, before a reset may overtake it. */
    static final int LINGER_MILLIS = 1_000;

    private record Leaving(Viewer viewer, long untilMillis) {}

    private final ArrayDeque<Leaving> leaving = new ArrayDeque<>();
    private final Loop loop;

    Closings(Loop loop) {
        this.loop = loop;
    }

    void add(Viewer viewer) {
        leaving.add(new Leaving(viewer, loop.nowMillis() + LINGER_MILLIS));
    }

    void tick() {
        long now = loop.nowMillis();
        while (!leaving.isEmpty() && leaving.peek().untilMillis <= now) {
            leaving.poll().viewer.abandon();
        }
    }

    boolean isEmpty() {
        return leaving.isEmpty();
    }
}
