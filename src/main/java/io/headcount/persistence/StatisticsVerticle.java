package io.headcount.persistence;

import io.headcount.bus.Roster;
import io.headcount.bus.Rounds;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.SharedClock;
import io.headcount.store.SessionLog;
import io.headcount.store.Statistics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Instant;
import java.time.LocalDate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the statistics of each day once it is closed: its last history bucket is written and the session log has no
 * lag (a page a part at most, which is what a round takes). One keeper does it, softly: two would write the same rows.
 * With a day the three before it are computed again, for the sessions that began in them and ended only now.
 */
public final class StatisticsVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(StatisticsVerticle.class);
    private static final long FIRST_AFTER_MILLIS = 10_000;
    private static final int DAYS_AGAIN = 3;
    private static final long NO_LAG = SessionLog.PARTS * 1_000L;

    private final HeadcountConfig config;
    private final Roster roster;
    private final SessionLog log;
    private final Statistics statistics;
    private final SharedClock clock;
    private final Timer timer;
    private final Outage outage;
    private Rounds rounds;

    public StatisticsVerticle(
            HeadcountConfig config,
            Roster roster,
            SessionLog log,
            Statistics statistics,
            MeterRegistry metrics,
            SharedClock clock) {
        this.config = config;
        this.roster = roster;
        this.log = log;
        this.statistics = statistics;
        this.clock = clock;
        timer = Timer.builder("headcount.books.statistics")
                .description("Computations of a day's statistics")
                .register(metrics);
        outage = new Outage("daily_statistics", config.books().retryMillis());
    }

    @Override
    public Future<?> start() {
        rounds = new Rounds("statistics", vertx, this::round);
        rounds.startAfter(Math.min(FIRST_AFTER_MILLIS, config.statistics().checkMillis()));
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        return rounds.stop();
    }

    private Future<Long> round() {
        long next = config.statistics().checkMillis();
        if (!roster.owns("statistics")) {
            return Future.succeededFuture(next);
        }
        long now = clock.nowMillis();
        LocalDate today = LocalDate.ofInstant(
                Instant.ofEpochMilli(now), config.statistics().zone());
        long closedAt =
                today.atStartOfDay(config.statistics().zone()).toInstant().toEpochMilli()
                        + 2L * config.books().historyMillis();
        if (now < closedAt) {
            return Future.succeededFuture(Math.min(next, closedAt - now));
        }
        return statistics
                .computedSince(today.minusDays(1), closedAt)
                .compose(done -> done ? Future.succeededFuture(Long.MAX_VALUE) : log.size())
                .compose(waiting -> waiting > NO_LAG ? Future.succeededFuture() : computeUntil(today, DAYS_AGAIN + 1))
                .map(done -> {
                    outage.over();
                    return next;
                })
                .otherwise(outage::failed);
    }

    /** The days before one, the oldest first, so that the newest tells that all were done. */
    private Future<Void> computeUntil(LocalDate today, int daysBefore) {
        if (daysBefore < 1) {
            return Future.succeededFuture();
        }
        LocalDate day = today.minusDays(daysBefore);
        Timer.Sample sample = Timer.start();
        return statistics
                .compute(day, config.statistics().zone())
                .onComplete(done -> sample.stop(timer))
                .onSuccess(rows -> LOG.info("computed the statistics of a day day={} rows={}", day, rows))
                .compose(rows -> computeUntil(today, daysBefore - 1));
    }
}
