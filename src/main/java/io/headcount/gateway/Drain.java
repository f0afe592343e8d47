package io.headcount.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.ThreadLocalRandom;

/** Sends the sockets of one event loop away, in batches, each with its own time to come back. */
final class Drain {
    private static final int SPREAD_MILLIS = 10_000;
    private static final int BATCH = 256;
    private static final int PAUSE_MILLIS = 5;

    private final Loop loop;
    private final SessionRegistry registry;
    private final Closings closings;
    private final Promise<Void> done = Promise.promise();

    Drain(Loop loop, SessionRegistry registry, Closings closings) {
        this.loop = loop;
        this.registry = registry;
        this.closings = closings;
    }

    /** From any thread, once; completes when the sockets are closed. */
    Future<Void> start(boolean tellLeaves) {
        loop.run(() -> {
            if (!tellLeaves) {
                registry.leaveSilently();
            }
            next();
        });
        return done.future();
    }

    private void next() {
        boolean more = registry.reconnect(BATCH, Drain::anyMillis);
        registry.flushEvents();
        // The verticle ticks too; but it may be stopped while this is under way.
        closings.tick();
        if (more || !closings.isEmpty()) {
            loop.after(PAUSE_MILLIS, this::next);
        } else {
            done.complete();
        }
    }

    /** Tells everybody at once: the loop is about to end. On the loop only. */
    void tellAll() {
        registry.reconnect(registry.size(), Drain::anyMillis);
        registry.flushEvents();
    }

    private static int anyMillis() {
        return ThreadLocalRandom.current().nextInt(SPREAD_MILLIS + 1);
    }
}
