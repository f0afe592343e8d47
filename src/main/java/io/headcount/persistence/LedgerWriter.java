package io.headcount.persistence;

import io.headcount.config.HeadcountConfig;
import io.headcount.model.Repair;
import io.headcount.store.BookException;
import io.headcount.store.BookStore;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes repairs into the ledger, in the order in which they were told. Those beyond a bound are given up. */
final class LedgerWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerWriter.class);
    /** A few MB; repairs are rare, and each was logged by the one who made it. */
    private static final int MAX_WAITING = 10_000;

    private final BookStore books;
    private final BookMetrics metrics;
    private final int flushMillis;
    private final Outage outage;
    private final ArrayDeque<Repair> waiting = new ArrayDeque<>();

    LedgerWriter(HeadcountConfig.Books config, BookStore books, BookMetrics metrics) {
        this.books = books;
        this.metrics = metrics;
        flushMillis = config.flushMillis();
        outage = new Outage("reconciliations", config.retryMillis());
    }

    void offer(Repair repair) {
        if (waiting.size() < MAX_WAITING) {
            waiting.add(repair);
        } else {
            lost(repair, "too many wait for MySQL");
        }
    }

    /** Writes all that waits. */
    Future<Long> flush() {
        return writeAll()
                .map(written -> {
                    outage.over();
                    return (long) flushMillis;
                })
                .otherwise(outage::failed);
    }

    private Future<Void> writeAll() {
        Repair repair = waiting.peek();
        if (repair == null) {
            return Future.succeededFuture();
        }
        return metrics.write(BookMetrics.Table.RECONCILIATIONS, 1, () -> books.saveRepair(repair))
                .recover(failure -> {
                    if (!(failure instanceof BookException refusal && refusal.refused())) {
                        return Future.failedFuture(failure);
                    }
                    lost(repair, refusal.getMessage());
                    return Future.succeededFuture();
                })
                .compose(written -> {
                    waiting.remove();
                    return writeAll();
                });
    }

    private void lost(Repair repair, String cause) {
        metrics.lost(BookMetrics.Table.RECONCILIATIONS, 1);
        LOG.atError()
                .addKeyValue("repair", repair)
                .addKeyValue("cause", cause)
                .log("A repair is missing in the ledger: this line is all there is of it");
    }
}
