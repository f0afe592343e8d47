package io.headcount.gateway;

import io.headcount.model.Session;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Sessions that wait to hear that they are counted. Only those under way are in here; an open and counted session costs
 * nothing.
 */
final class Welcomes {
    /** After which a viewer is welcomed with a degraded count. */
    static final int PATIENCE_MILLIS = 3_000;

    private record Waiting(Viewer viewer, long sinceMillis) {}

    private final Map<Session, Waiting> waiting = new HashMap<>();
    private final ArrayDeque<Waiting> inOrder = new ArrayDeque<>();

    void opened(Viewer viewer, long nowMillis) {
        Waiting join = new Waiting(viewer, nowMillis);
        waiting.put(viewer.session, join);
        inOrder.add(join);
    }

    void closed(Session session) {
        waiting.remove(session);
    }

    /** The socket of a session that was counted just now; {@code null} when it has gone or was admitted before. */
    Viewer admitted(Session session) {
        Waiting join = waiting.remove(session);
        return join == null ? null : join.viewer;
    }

    /** Hands out, once each, the sockets that waited too long; their sessions may still be admitted later. */
    void overdue(long nowMillis, Consumer<Viewer> late) {
        while (!inOrder.isEmpty() && nowMillis - inOrder.peek().sinceMillis >= PATIENCE_MILLIS) {
            Viewer viewer = inOrder.poll().viewer;
            if (waiting.containsKey(viewer.session)) {
                late.accept(viewer);
            }
        }
    }
}
