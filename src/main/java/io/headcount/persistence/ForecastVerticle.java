package io.headcount.persistence;

import io.headcount.bus.Roster;
import io.headcount.bus.Rounds;
import io.headcount.config.HeadcountConfig;
import io.headcount.forecast.Gaps;
import io.headcount.forecast.HoltWinters;
import io.headcount.model.SeriesPoint;
import io.headcount.model.SeriesRange;
import io.headcount.model.SharedClock;
import io.headcount.model.Step;
import io.headcount.model.Subject;
import io.headcount.store.History;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Viewers of the platform in 15 minutes, as a metric for whoever starts servers ahead of time. One keeper says it, softly;
 * of the others, and while too little is known, it is NaN.
 */
public final class ForecastVerticle extends VerticleBase {
    private static final long EVERY_MILLIS = 60_000;
    private static final long BACK_MILLIS = 3 * 3_600_000L;
    private static final int AHEAD_BUCKETS = 3;
    private static final int LEAST_BUCKETS = 6;

    private final long bucketMillis;
    private final Roster roster;
    private final History history;
    private final SharedClock clock;
    private volatile double viewers = Double.NaN;
    private Rounds rounds;

    public ForecastVerticle(
            HeadcountConfig config, Roster roster, History history, MeterRegistry metrics, SharedClock clock) {
        this.bucketMillis = Step.FIVE_MINUTES.millis();
        this.roster = roster;
        this.history = history;
        this.clock = clock;
        Gauge.builder("headcount.forecast.viewers", this, forecast -> forecast.viewers)
                .description("Viewers of the platform that are expected in 15 minutes")
                .tag("zone", config.statistics().zone().getId())
                .register(metrics);
    }

    @Override
    public Future<?> start() {
        rounds = Rounds.every(EVERY_MILLIS, "forecast", vertx, this::round);
        rounds.startAfter(Math.min(EVERY_MILLIS, bucketMillis));
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        return rounds.stop();
    }

    private Future<Void> round() {
        if (!roster.owns("forecast")) {
            viewers = Double.NaN;
            return Future.succeededFuture();
        }
        long to = Step.FIVE_MINUTES.floor(clock.nowMillis(), ZoneOffset.UTC);
        SeriesRange range = new SeriesRange(to - BACK_MILLIS, to, Step.FIVE_MINUTES, ZoneOffset.UTC);
        return history.series(Subject.PLATFORM, range, (int) (BACK_MILLIS / bucketMillis))
                .onSuccess(points -> viewers = inFifteenMinutes(points, to))
                .onFailure(failure -> viewers = Double.NaN)
                .mapEmpty();
    }

    /** From the buckets of three hours: their level and how it changes. */
    private double inFifteenMinutes(List<SeriesPoint> points, long to) {
        double[] values = Gaps.filled(points, to, bucketMillis, 1);
        return values.length < LEAST_BUCKETS
                ? Double.NaN
                : HoltWinters.fit(values, 1).forecast(AHEAD_BUCKETS)[AHEAD_BUCKETS - 1];
    }
}
