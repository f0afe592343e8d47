package io.headcount.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Periodic work that never overlaps itself: the next round is armed when this one is over, whatever became of it. It is
 * what converges when messages are lost, so it must not end for any reason but {@link #stop}. Belongs to the event loop
 * it is started on.
 */
public final class Rounds {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
    /** After a round that failed against its promise, so that a bug neither ends the work nor spins. */
    private static final long AFTER_BUG_MILLIS = 5_000;

    private final String name;
    private final Vertx vertx;
    private final Supplier<Future<Long>> round;
    private Future<Void> running = Future.succeededFuture();
    private long timer = -1;
    private boolean stopped;

    /**
     * @param name of the work, for the log
     * @param round the work; its result is the time until the next round in milliseconds. It settles its own failures.
     */
    public Rounds(String name, Vertx vertx, Supplier<Future<Long>> round) {
        this.name = name;
        this.vertx = vertx;
        this.round = round;
    }

    /** Rounds with the same pause after each, whether it succeeded or not. */
    public static Rounds every(long pauseMillis, String name, Vertx vertx, Supplier<Future<Void>> round) {
        Rounds rounds = new Rounds(
                name,
                vertx,
                () -> round.get().transform(done -> {
                    if (done.failed()) {
                        LOG.debug(
                                "a round failed and is repeated work={} reason={}",
                                name,
                                done.cause().getMessage());
                    }
                    return Future.succeededFuture(pauseMillis);
                }));
        rounds.startAfter(pauseMillis);
        return rounds;
    }

    /** Arms the next round, instead of the one that is armed. */
    public void startAfter(long delayMillis) {
        vertx.cancelTimer(timer);
        if (!stopped) {
            timer = vertx.setTimer(Math.max(1, delayMillis), id -> run());
        }
    }

    /** No further rounds; completes when the running one is over. */
    public Future<Void> stop() {
        stopped = true;
        vertx.cancelTimer(timer);
        return running;
    }

    private void run() {
        Promise<Void> over = Promise.promise();
        running = over.future();
        Future.<Long>future(done -> round.get().onComplete(done)).onComplete(next -> {
            if (next.failed()) {
                LOG.error(
                        "a round failed unexpectedly, which is a defect; it goes on in {} ms work={}",
                        AFTER_BUG_MILLIS,
                        name,
                        next.cause());
            }
            over.complete();
            startAfter(next.succeeded() ? next.result() : AFTER_BUG_MILLIS);
        });
    }
}
