package io.headcount.persistence;

import io.headcount.bus.Roster;
import io.headcount.bus.Rounds;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.SharedClock;
import io.headcount.store.GroupTotals;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Sums the history up over streams, a while after each bucket has ended, and the last hour again for rows that came
 * late (the statistics of a day do it once more for the whole day). One keeper does it, softly: two would write the same
 * rows. What was never summed up is caught up with in pieces.
 */
public final class GroupTotalsVerticle extends VerticleBase {
    private static final long FIRST_AFTER_MILLIS = 7_000;
    private static final long AGAIN_MILLIS = 3_600_000;
    /** Of ten thousand live streams 720,000 rows. */
    private static final long PIECE_MILLIS = 6 * 3_600_000L;
    /** Between two pieces, so that catching up leaves the reader time for others. */
    private static final long BETWEEN_PIECES_MILLIS = 500;
    /** Rows of a bucket are there so long after its end, when nothing is wrong. */
    private static final long WRITTEN_AFTER_MILLIS = 15_000;

    private final HeadcountConfig config;
    private final Roster roster;
    private final GroupTotals totals;
    private final SharedClock clock;
    private final Timer timer;
    private final Outage outage;
    private Rounds rounds;
    /** Up to here it was caught up with, by this keeper; 0 where it has to be asked. */
    private long doneMillis;

    public GroupTotalsVerticle(
            HeadcountConfig config, Roster roster, GroupTotals totals, MeterRegistry metrics, SharedClock clock) {
        this.config = config;
        this.roster = roster;
        this.totals = totals;
        this.clock = clock;
        timer = Timer.builder("headcount.books.group.totals")
                .description("Sums of the history over streams")
                .register(metrics);
        outage = new Outage("group_history", config.books().retryMillis());
    }

    @Override
    public Future<?> start() {
        rounds = new Rounds("group totals", vertx, this::round);
        rounds.startAfter(Math.min(FIRST_AFTER_MILLIS, config.books().historyMillis()));
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        return rounds.stop();
    }

    private Future<Long> round() {
        long bucketMillis = config.books().historyMillis();
        if (!roster.owns("group totals")) {
            doneMillis = 0;
            return Future.succeededFuture(bucketMillis);
        }
        long now = clock.nowMillis();
        Timer.Sample sample = Timer.start();
        return begin().compose(from -> {
                    if (from == 0) {
                        return Future.succeededFuture(bucketMillis);
                    }
                    long to = Math.min(now, from + PIECE_MILLIS);
                    return totals.sumUp(from, to)
                            .onComplete(summed -> sample.stop(timer))
                            .map(rows -> {
                                doneMillis = to;
                                return to < now ? BETWEEN_PIECES_MILLIS : untilNext(now, bucketMillis);
                            });
                })
                .onSuccess(done -> outage.over())
                .otherwise(outage::failed);
    }

    /** Where to go on; 0 when there is nothing to sum up. */
    private Future<Long> begin() {
        Future<Long> done = doneMillis > 0 ? Future.succeededFuture(doneMillis) : totals.newest();
        // A gap without any history is jumped over.
        return done.compose(newest -> totals.firstHistory(Math.max(0, newest - AGAIN_MILLIS)));
    }

    private static long untilNext(long now, long bucketMillis) {
        long wait = Math.min(WRITTEN_AFTER_MILLIS, bucketMillis);
        return bucketMillis - Math.floorMod(now, bucketMillis) + wait;
    }
}
