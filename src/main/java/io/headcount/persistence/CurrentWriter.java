package io.headcount.persistence;

import io.headcount.bus.Roster;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.Count;
import io.headcount.model.SharedClock;
import io.headcount.store.BookStore;
import io.headcount.store.CounterStore;
import io.vertx.core.Future;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mirrors the counts of this keeper's streams in {@code current_viewers}. Two ways lead there: counts that were
 * published (what is new goes into the next batch), and, for rows that say "watched" but of which nobody has spoken for
 * a while, a look into Redis. The second is what corrects a row that was left behind, e.g. when everything was stopped
 * at once.
 */
final class CurrentWriter {
    private static final Logger LOG = LoggerFactory.getLogger(CurrentWriter.class);
    /** In flushes: how long nobody speaks of a stream until its row is compared with Redis, and how often that is. */
    private static final int QUIET_FLUSHES = 30;
    /** How long what was written is remembered after the last word of a stream. */
    private static final long REMEMBER_MILLIS = 600_000;

    private final Roster roster;
    private final CounterStore counters;
    private final BookStore books;
    private final BookMetrics metrics;
    private final SharedClock clock;
    private final int flushMillis;
    private final Outage outage;
    private final Outage comparing;
    private final WriteBatch batch = new WriteBatch();
    /** Read by whoever scrapes the metrics, hence volatile. */
    private volatile long lagMillis;

    CurrentWriter(
            HeadcountConfig.Books config,
            Roster roster,
            CounterStore counters,
            BookStore books,
            BookMetrics metrics,
            SharedClock clock) {
        this.roster = roster;
        this.counters = counters;
        this.books = books;
        this.metrics = metrics;
        this.clock = clock;
        flushMillis = config.flushMillis();
        outage = new Outage("current_viewers", config.retryMillis());
        comparing = new Outage("comparison of current_viewers with Redis", config.retryMillis());
        metrics.gauge(
                "headcount.books.lag.seconds",
                "Age of the oldest change of a count that is not in current_viewers yet",
                () -> lagMillis / 1000.0);
    }

    void offer(List<Count> counts) {
        long now = SharedClock.monotonicMillis();
        for (Count count : counts) {
            if (roster.owns(count.stream())) {
                batch.offer(count, now);
            }
        }
    }

    /** Writes all that waits. */
    Future<Long> flush() {
        return writeAll()
                .map(written -> {
                    outage.over();
                    return (long) flushMillis;
                })
                .otherwise(outage::failed)
                .onComplete(done -> lagMillis = batch.lagMillis(SharedClock.monotonicMillis()));
    }

    private Future<Void> writeAll() {
        lagMillis = batch.lagMillis(SharedClock.monotonicMillis());
        List<Count> counts = batch.begin(BookStore.MAX_ROWS);
        if (counts.isEmpty()) {
            return Future.succeededFuture();
        }
        return Salvage.write(counts, this::save, (count, refusal) -> {
                    metrics.lost(BookMetrics.Table.CURRENT_VIEWERS, 1);
                    LOG.atError()
                            .addKeyValue("stream", count.stream())
                            .addKeyValue("cause", refusal.getMessage())
                            .log("A count cannot be written to MySQL: report this, it is a bug");
                    return Future.succeededFuture();
                })
                .onSuccess(done -> batch.succeeded(SharedClock.monotonicMillis()))
                .onFailure(failure -> batch.failed())
                .compose(done -> writeAll());
    }

    private Future<Void> save(List<Count> counts) {
        return metrics.write(BookMetrics.Table.CURRENT_VIEWERS, counts.size(), () -> books.saveCurrent(counts));
    }

    /** Compares rows that nobody spoke of with Redis. */
    Future<Long> compare() {
        batch.forgetSilent(SharedClock.monotonicMillis() - REMEMBER_MILLIS);
        return comparePage("")
                .map(compared -> {
                    comparing.over();
                    return quietMillis();
                })
                .otherwise(comparing::failed);
    }

    private Future<Void> comparePage(String after) {
        return books.quietStreams(clock.nowMillis() - quietMillis(), after).compose(quiet -> {
            long since = SharedClock.monotonicMillis() - quietMillis();
            List<String> unheard = quiet.stream()
                    .filter(stream -> roster.owns(stream) && !batch.heardSince(stream, since))
                    .toList();
            Future<Void> compared = unheard.isEmpty()
                    ? Future.succeededFuture()
                    : counters.read(unheard).map(found -> {
                        offer(found.stream().map(CounterStore.LiveStream::count).toList());
                        return null;
                    });
            return quiet.size() < BookStore.MAX_ROWS
                    ? compared
                    : compared.compose(done -> comparePage(quiet.get(quiet.size() - 1)));
        });
    }

    private long quietMillis() {
        return (long) flushMillis * QUIET_FLUSHES;
    }
}
