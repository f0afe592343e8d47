package io.headcount.persistence;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Roster;
import io.headcount.bus.Rounds;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.SharedClock;
import io.headcount.store.BookStore;
import io.headcount.store.CounterStore;
import io.headcount.store.SessionLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keeps the books of the streams that this keeper owns; one a keeper. Starts and runs whether or not MySQL is there: the
 * books then catch up later. Each kind of row has a writer with rounds of its own, so that none waits for another.
 */
public final class PersistenceVerticle extends VerticleBase {
    private static final long DAY_MILLIS = 86_400_000;

    private final HeadcountConfig.Books config;
    private final BookStore books;
    private final CurrentWriter current;
    private final HistoryWriter history;
    private final SessionWriter sessions;
    private final LedgerWriter ledger;
    private final Outage partitions;
    private List<Rounds> rounds = List.of();

    public PersistenceVerticle(
            HeadcountConfig config,
            Roster roster,
            CounterStore counters,
            SessionLog log,
            BookStore books,
            MeterRegistry metrics,
            SharedClock clock) {
        this.config = config.books();
        this.books = books;
        BookMetrics bookMetrics = new BookMetrics(metrics);
        current = new CurrentWriter(this.config, roster, counters, books, bookMetrics, clock);
        history = new HistoryWriter(this.config, roster, counters, books, bookMetrics, clock);
        sessions = new SessionWriter(this.config, roster, log, books, bookMetrics);
        ledger = new LedgerWriter(this.config, books, bookMetrics);
        partitions = new Outage("partitions", this.config.retryMillis());
    }

    @Override
    public Future<?> start() {
        Bus bus = Bus.of(vertx);
        rounds = Stream.of(
                        new Rounds("current viewers", vertx, current::flush),
                        new Rounds("stale rows", vertx, current::compare),
                        // At once, too: the last bucket may have ended while this keeper was starting.
                        new Rounds("history", vertx, history::round),
                        new Rounds("sessions", vertx, sessions::round),
                        new Rounds("ledger", vertx, ledger::flush),
                        new Rounds("partitions", vertx, this::preparePartitions))
                .toList();
        return Future.all(
                        bus.consume(Addresses.COUNTS, counts -> current.offer(counts.counts()))
                                .completion(),
                        bus.consume(Addresses.REPAIRED, repaired -> ledger.offer(repaired.repair()))
                                .completion())
                .onSuccess(consuming -> rounds.forEach(round -> round.startAfter(config.flushMillis())));
    }

    /** Ends the rounds and writes once more what waits; what cannot be written then, other keepers or a restart write. */
    @Override
    public Future<?> stop() {
        return Future.join(rounds.stream().map(Rounds::stop).toList())
                .compose(ended -> Future.join(current.flush(), ledger.flush(), sessions.round()));
    }

    private Future<Long> preparePartitions() {
        return books.preparePartitions()
                .map(prepared -> {
                    partitions.over();
                    return DAY_MILLIS;
                })
                .otherwise(partitions::failed);
    }
}
