package io.headcount.gateway;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;

/** Sockets whose earlier bytes are not sent: they get no second count on top, and not for ever. */
final class SlowReaders {
    /** How long a socket may take nothing. */
    static final int PATIENCE_MILLIS = 10_000;

    private final long maxUnsentBytes;
    private final IdentityHashMap<Viewer, Long> heldSince = new IdentityHashMap<>();

    SlowReaders(long maxUnsentBytes) {
        this.maxUnsentBytes = maxUnsentBytes;
    }

    /** Holds a count back. */
    void hold(Viewer viewer, long nowMillis) {
        if (heldSince.putIfAbsent(viewer, nowMillis) == null) {
            viewer.notifyWhenDrained();
        }
    }

    /** Whether the socket was held back; it no longer is. */
    boolean release(Viewer viewer) {
        return heldSince.remove(viewer) != null;
    }

    /** Hands out those that are to be closed. */
    void tick(long nowMillis, Consumer<Viewer> tooSlow) {
        if (heldSince.isEmpty()) {
            return;
        }
        List<Viewer> gone = new ArrayList<>();
        heldSince.forEach((viewer, since) -> {
            if (nowMillis - since > PATIENCE_MILLIS || viewer.unsentBytes() > maxUnsentBytes) {
                gone.add(viewer);
            }
        });
        gone.forEach(tooSlow);
    }
}
