package io.headcount.sim;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The way between nodes and shards. A call fails at its deadline, whatever becomes of it: a request that was held up on
 * the way takes effect all the same, once or, where a connection broke, twice, long after its successors perhaps.
 */
final class Network {
    static final long DEADLINE_MILLIS = 1_000;
    private static final long REDIS_EPOCH = 1_700_000_000_000L;

    private final Scheduler scheduler;
    private final Dice dice;
    /** How likely, while faults are on, a message is lost, late or doubled. */
    double lost;

    double late;
    double doubled;
    long mostLateMillis = 4_000;

    Network(Scheduler scheduler, Dice dice) {
        this.scheduler = scheduler;
        this.dice = dice;
    }

    /** Redis' clock. */
    long redisNow() {
        return REDIS_EPOCH + scheduler.now();
    }

    <R> Future<R> call(SimNode from, Shard to, Function<ModelShard, R> operation) {
        Promise<R> promise = Promise.promise();
        from.after(DEADLINE_MILLIS, () -> {
            if (promise.tryFail(new TimeoutException())) {
                from.interrupted(to);
            }
        });
        Call<R> call = new Call<>(from, from.life(), to, operation, promise);
        send(call);
        if (dice.chance(doubled)) {
            // The connection broke before the answer: it is sent once more.
            send(call);
        }
        return promise.future();
    }

    private <R> void send(Call<R> call) {
        if (dice.chance(lost)) {
            return;
        }
        long delay = dice.between(1, 4);
        if (dice.chance(late)) {
            delay = dice.between(5, mostLateMillis);
            scheduler.unquietUntil(scheduler.now() + delay);
        }
        scheduler.after(delay, () -> arrive(call, dice.chance(0.5)));
    }

    private <R> void arrive(Call<R> call, boolean heldByPause) {
        SimNode from = call.from();
        Shard to = call.to();
        if (heldByPause && from.pausedUntil() > scheduler.now()) {
            // The process was stopped between its decision and the system call.
            scheduler.at(from.pausedUntil() + dice.between(0, 3), () -> arrive(call, false));
            return;
        }
        if (to.stoppedUntil > scheduler.now()) {
            scheduler.at(to.stoppedUntil + dice.between(0, 5), () -> arrive(call, heldByPause));
            return;
        }
        if (from.cutUntil(to) > scheduler.now()) {
            if (dice.chance(0.5)) {
                // TCP sends it again when the link is healed.
                long at = from.cutUntil(to) + dice.between(1, 300);
                scheduler.unquietUntil(at);
                scheduler.at(at, () -> arrive(call, heldByPause));
            }
            return;
        }
        if (to.down) {
            call.answer(dice.between(1, 3), promise -> {
                if (promise.tryFail(new DownException())) {
                    from.interrupted(to);
                }
            });
            return;
        }
        R result = call.operation().apply(to.data);
        if (!dice.chance(lost) && from.answersCutUntil(to) <= scheduler.now()) {
            long delay = dice.chance(late) ? dice.between(5, mostLateMillis) : dice.between(1, 4);
            call.answer(delay, promise -> promise.tryComplete(result));
        }
    }

    /** A process that has ended meanwhile gets no answer; its successor of the same name must not go on in its stead. */
    private record Call<R>(SimNode from, int life, Shard to, Function<ModelShard, R> operation, Promise<R> promise) {
        void answer(long delay, Consumer<Promise<R>> with) {
            if (from.life() == life) {
                from.after(delay, () -> with.accept(promise));
            }
        }
    }

    /** No stack trace: thousands of them are made. */
    static class TimeoutException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TimeoutException() {
            super("no answer in time", null, false, false);
        }
    }

    static final class DownException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DownException() {
            super("connection refused", null, false, false);
        }
    }
}
