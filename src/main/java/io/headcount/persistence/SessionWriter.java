package io.headcount.persistence;

import io.headcount.bus.Roster;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.SharedClock;
import io.headcount.store.BookStore;
import io.headcount.store.SessionLog;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings finished sessions from the log into {@code user_sessions}: takes entries of the parts that this keeper owns,
 * writes them in batches over all parts, and only then acknowledges them. Nothing new is taken while something taken is
 * not acknowledged, so a keeper holds at most a page of each part; everything else waits in the log. A crash anywhere
 * in between, or two keepers with the same part, only repeats writes that change nothing.
 */
final class SessionWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SessionWriter.class);
    /** Most entries of a part at a time. */
    private static final int PAGE = 1_000;

    private static final long SIZE_INTERVAL_MILLIS = 5_000;

    private final Roster roster;
    private final SessionLog log;
    private final BookStore books;
    private final BookMetrics metrics;
    private final int pollMillis;
    private final Outage reading;
    private final Outage writing;

    /** Batches that were taken and are not acknowledged. */
    private final ArrayDeque<List<Taken>> batches = new ArrayDeque<>();

    private boolean more;
    private long sizeReadAtMillis = -SIZE_INTERVAL_MILLIS;
    /** Read by whoever scrapes the metrics, hence volatile. */
    private volatile long waiting;

    SessionWriter(HeadcountConfig.Books config, Roster roster, SessionLog log, BookStore books, BookMetrics metrics) {
        this.roster = roster;
        this.log = log;
        this.books = books;
        this.metrics = metrics;
        pollMillis = config.sessionPollMillis();
        reading = new Outage("session log", config.retryMillis());
        writing = new Outage("user_sessions", config.retryMillis());
        metrics.gauge(
                "headcount.books.sessions.waiting",
                "Finished sessions in the log, of all keepers, that are not in user_sessions yet",
                () -> waiting);
    }

    Future<Long> round() {
        observeSize();
        Future<Long> taken = batches.isEmpty() ? take() : Future.succeededFuture((long) pollMillis);
        return taken.compose(next -> writeAll()
                .map(written -> {
                    writing.over();
                    return more ? 0L : next;
                })
                .otherwise(writing::failed));
    }

    /** Takes a page of each part; returns when to look again. A part that cannot be read does not hold up the others. */
    private Future<Long> take() {
        more = false;
        List<Taken> all = new ArrayList<>();
        List<Future<Void>> takes = IntStream.range(0, SessionLog.PARTS)
                .filter(part -> roster.owns("log-" + part))
                .mapToObj(part -> log.take(part, roster.self(), PAGE).<Void>map(entries -> {
                    entries.forEach(entry -> all.add(new Taken(part, entry)));
                    more |= entries.size() >= PAGE;
                    return null;
                }))
                .toList();
        return Future.join(takes)
                .map(done -> {
                    reading.over();
                    return (long) pollMillis;
                })
                .otherwise(reading::failed)
                .onComplete(done -> {
                    for (int i = 0; i < all.size(); i += BookStore.MAX_ROWS) {
                        batches.add(List.copyOf(all.subList(i, Math.min(all.size(), i + BookStore.MAX_ROWS))));
                    }
                });
    }

    private Future<Void> writeAll() {
        List<Taken> batch = batches.peek();
        if (batch == null) {
            return Future.succeededFuture();
        }
        return write(batch).compose(written -> acknowledge(batch)).compose(acknowledged -> {
            batches.remove();
            return writeAll();
        });
    }

    private Future<Void> write(List<Taken> batch) {
        Future<Void> set = Future.succeededFuture();
        for (Taken unreadable :
                batch.stream().filter(t -> t.entry.session() == null).toList()) {
            set = set.compose(done -> setAside(unreadable, "cannot be read"));
        }
        List<Taken> readable =
                batch.stream().filter(t -> t.entry.session() != null).toList();
        return set.compose(done ->
                Salvage.write(readable, this::save, (refused, refusal) -> setAside(refused, refusal.getMessage())));
    }

    private Future<Void> save(List<Taken> rows) {
        return metrics.write(
                BookMetrics.Table.USER_SESSIONS,
                rows.size(),
                () -> books.saveSessions(
                        rows.stream().map(t -> t.entry.session()).toList()));
    }

    private Future<Void> setAside(Taken taken, String error) {
        LOG.atError()
                .addKeyValue("part", taken.part)
                .addKeyValue("entry", taken.entry.id())
                .addKeyValue("cause", error)
                .log("A finished session cannot be written: it is kept in session_rejects; report this, it is a bug");
        return metrics.write(
                BookMetrics.Table.SESSION_REJECTS,
                1,
                () -> books.saveReject(new BookStore.Reject(taken.part, taken.entry.id(), taken.entry.raw(), error)));
    }

    private Future<Void> acknowledge(List<Taken> batch) {
        Map<Integer, List<SessionLog.Entry>> byPart = batch.stream()
                .collect(Collectors.groupingBy(t -> t.part, Collectors.mapping(t -> t.entry, Collectors.toList())));
        return Future.join(byPart.entrySet().stream()
                        .map(part -> log.acknowledge(part.getKey(), part.getValue()))
                        .toList())
                .mapEmpty();
    }

    private void observeSize() {
        long now = SharedClock.monotonicMillis();
        if (now - sizeReadAtMillis >= SIZE_INTERVAL_MILLIS) {
            sizeReadAtMillis = now;
            // Only a number to look at: a failure shows as the session log's own.
            log.size().onSuccess(size -> waiting = size);
        }
    }

    private record Taken(int part, SessionLog.Entry entry) {}
}
