package io.headcount.persistence;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Periodic work that never overlaps itself: the next round is armed when this one is over. A round says itself how long
 * to wait for the next, and settles its own failures. Belongs to the event loop it is started on.
 */
final class Rounds {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
    /** After a round that failed against its promise, so that a bug neither ends the work nor spins. */
    private static final long AFTER_BUG_MILLIS = 5_000;

    private final Vertx vertx;
    private final Supplier<Future<Long>> round;
    private Future<Void> running = Future.succeededFuture();
    private long timer = -1;
    private boolean stopped;

    /** @param round the work; its result is the time until the next round in milliseconds */
    Rounds(Vertx vertx, Supplier<Future<Long>> round) {
        this.vertx = vertx;
        this.round = round;
    }

    void startAfter(long delayMillis) {
        if (!stopped) {
            timer = vertx.setTimer(Math.max(1, delayMillis), id -> run());
        }
    }

    /** No further rounds; completes when the running one is over. */
    Future<Void> stop() {
        stopped = true;
        vertx.cancelTimer(timer);
        return running;
    }

    private void run() {
        Promise<Void> over = Promise.promise();
        running = over.future();
        Future.<Long>future(done -> round.get().onComplete(done)).onComplete(next -> {
            if (next.failed()) {
                LOG.error("A round of the books failed unexpectedly: report this, it is a bug", next.cause());
            }
            over.complete();
            startAfter(next.succeeded() ? next.result() : AFTER_BUG_MILLIS);
        });
    }
}
