package io.headcount.persistence;

import io.headcount.bus.Rounds;
import io.headcount.config.HeadcountConfig;
import io.headcount.store.Retention;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go of what is older than the configuration wants kept; one a keeper. Every keeper looks, and the store sees to it
 * that one of them does it: there is nobody to elect, and nobody whose death would let old data stay.
 */
public final class RetentionVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(RetentionVerticle.class);
    /** So that what has to be there first (partitions, connections) is not waited for. */
    private static final long FIRST_AFTER_MILLIS = 5_000;

    private final HeadcountConfig config;
    private final Retention retention;
    private final Counter dropped;
    private final Outage outage;
    private Rounds rounds;

    public RetentionVerticle(HeadcountConfig config, Retention retention, MeterRegistry metrics) {
        this.config = config;
        this.retention = retention;
        dropped = Counter.builder("headcount.books.dropped.partitions")
                .description("Partitions (and tables without them) that lost what was past its retention")
                .register(metrics);
        outage = new Outage("retention", config.books().retryMillis());
    }

    @Override
    public Future<?> start() {
        rounds = new Rounds("retention", vertx, this::round);
        rounds.startAfter(Math.min(FIRST_AFTER_MILLIS, config.retention().checkMillis()));
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        return rounds.stop();
    }

    private Future<Long> round() {
        return retention
                .dropExpired(
                        config.retention().historyMonths(), config.retention().sessionDays())
                .map(gone -> {
                    outage.over();
                    dropped.increment(gone.size());
                    gone.forEach(what -> LOG.info("dropped what was past its retention what={}", what));
                    return (long) config.retention().checkMillis();
                })
                .otherwise(outage::failed);
    }
}
