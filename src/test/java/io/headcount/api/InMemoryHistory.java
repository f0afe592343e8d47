package io.headcount.api;

import io.headcount.model.Broadcast;
import io.headcount.model.DayTotals;
import io.headcount.model.SeriesPoint;
import io.headcount.model.SeriesRange;
import io.headcount.model.Subject;
import io.headcount.store.History;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** A history that a test sets, the same for everybody; what the real one does with it is tested on MySQL. */
final class InMemoryHistory implements History {
    final List<SeriesPoint> points = new ArrayList<>();
    final List<DayTotals> days = new ArrayList<>();
    volatile boolean known = true;

    private final InMemoryBooks books;

    InMemoryHistory(InMemoryBooks books) {
        this.books = books;
    }

    @Override
    public Future<Boolean> known(Subject subject) {
        return books.ping().map(here -> known);
    }

    @Override
    public Future<List<SeriesPoint>> series(Subject subject, SeriesRange range, int limit) {
        return books.ping()
                .map(here -> points.stream()
                        .filter(point -> point.atMillis() >= range.fromMillis() && point.atMillis() < range.toMillis())
                        .limit(limit)
                        .toList());
    }

    @Override
    public Future<List<DayTotals>> days(Subject subject, LocalDate from, LocalDate to) {
        return books.ping()
                .map(here -> days.stream()
                        .filter(day -> !day.day().isBefore(from) && day.day().isBefore(to))
                        .toList());
    }

    @Override
    public Future<LocalDate> newestDay(LocalDate latest) {
        return books.ping().map(here -> null);
    }

    @Override
    public Future<List<Broadcast>> broadcasts(String stream, long sinceMillis, long breakMillis) {
        return books.ping().map(here -> List.of());
    }
}
