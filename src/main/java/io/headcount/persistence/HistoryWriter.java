package io.headcount.persistence;

import io.headcount.bus.Roster;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.HistoryPoint;
import io.headcount.model.SharedClock;
import io.headcount.store.BookStore;
import io.headcount.store.CounterStore;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a row of {@code viewer_history} for each of this keeper's live streams, shortly after each bucket is over.
 * Redis keeps this and the last bucket, so a bucket can be read until the next one is over; what was read is kept here
 * until one more is over. Only what is still not written then is lost, counted and told.
 */
final class HistoryWriter {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryWriter.class);
    /** After the end of a bucket, so that every node's last changes of it are in. */
    private static final long SETTLE_MILLIS = 2_000;
    /** Calls to Redis at the same time. */
    private static final int READS_AT_ONCE = 64;

    private final Roster roster;
    private final CounterStore counters;
    private final BookStore books;
    private final BookMetrics metrics;
    private final SharedClock clock;
    private final long bucketMillis;
    private final Outage outage;

    /** Start of the bucket that is being read. */
    private long bucketAt = -1;
    /** Streams whose row of that bucket is to be read; {@code null}: the list itself is. */
    private Set<String> unread;
    /** Read but not written, oldest first: at most two buckets of the live streams. */
    private final ArrayDeque<HistoryPoint> unwritten = new ArrayDeque<>();

    HistoryWriter(
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
        bucketMillis = config.historyMillis();
        outage = new Outage("viewer_history", config.retryMillis());
    }

    /** Reads and writes the last complete bucket. */
    Future<Long> round() {
        long now = clock.nowMillis();
        long last = Math.floorDiv(now, bucketMillis) * bucketMillis - bucketMillis;
        if (last != bucketAt) {
            giveUpUnread();
            bucketAt = last;
            unread = null;
        }
        giveUpUnwritten(now);
        return read()
                // What could be read is written even if something could not be.
                .transform(read -> writeAll()
                        .compose(written -> read.succeeded()
                                ? Future.<Void>succeededFuture()
                                : Future.<Void>failedFuture(read.cause())))
                .map(done -> {
                    outage.over();
                    return untilNextBucket();
                })
                // Never past the next boundary: what is over then has to be read while Redis has it.
                .otherwise(failure -> Math.min(outage.failed(failure), untilNextBucket()));
    }

    private long untilNextBucket() {
        long settle = Math.min(SETTLE_MILLIS, bucketMillis / 4);
        long due = bucketAt
                + 2 * bucketMillis
                + settle
                + ThreadLocalRandom.current().nextLong(settle / 2 + 1);
        return Math.max(1, due - clock.nowMillis());
    }

    private Future<Void> read() {
        Future<Void> listed = unread != null
                ? Future.succeededFuture()
                : counters.liveStreams().map(streams -> {
                    unread = new HashSet<>(streams);
                    unread.removeIf(stream -> !roster.owns(stream));
                    return null;
                });
        return listed.compose(done -> {
            Iterator<String> streams = List.copyOf(unread).iterator();
            List<Future<Void>> readers = new ArrayList<>();
            for (int i = 0; i < Math.min(READS_AT_ONCE, unread.size()); i++) {
                readers.add(readNext(streams));
            }
            return Future.join(readers).mapEmpty();
        });
    }

    /** One of the readers; ends at its first failure, so that a Redis that is away is not asked for every stream. */
    private Future<Void> readNext(Iterator<String> streams) {
        if (!streams.hasNext()) {
            return Future.succeededFuture();
        }
        String stream = streams.next();
        return counters.lastBucket(stream, bucketMillis).compose(point -> {
            unread.remove(stream);
            if (point != null) {
                unwritten.add(point);
            }
            return readNext(streams);
        });
    }

    private Future<Void> writeAll() {
        if (unwritten.isEmpty()) {
            return Future.succeededFuture();
        }
        List<HistoryPoint> page = unwritten.stream().limit(BookStore.MAX_ROWS).toList();
        return Salvage.write(page, this::save, (point, refusal) -> {
                    lost(1, refusal.getMessage());
                    return Future.succeededFuture();
                })
                .compose(written -> {
                    page.forEach(point -> unwritten.remove());
                    return writeAll();
                });
    }

    private Future<Void> save(List<HistoryPoint> points) {
        return metrics.write(BookMetrics.Table.VIEWER_HISTORY, points.size(), () -> books.saveHistory(points));
    }

    private void giveUpUnread() {
        if (unread != null && !unread.isEmpty()) {
            lost(unread.size(), "not read from Redis before the next bucket was over");
        }
    }

    private void giveUpUnwritten(long now) {
        int before = unwritten.size();
        unwritten.removeIf(point -> point.bucketAtMillis() + 3 * bucketMillis <= now);
        if (unwritten.size() < before) {
            lost(before - unwritten.size(), "MySQL was away for too long");
        }
    }

    private void lost(int rows, String cause) {
        metrics.lost(BookMetrics.Table.VIEWER_HISTORY, rows);
        LOG.atError()
                .addKeyValue("rows", rows)
                .addKeyValue("cause", cause)
                .log("Rows of viewer_history are lost: the streams have a gap there");
    }
}
