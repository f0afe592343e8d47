package io.headcount.persistence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** What the books tell of themselves, labelled by table only: never by anything that grows with use. */
final class BookMetrics {
    /** The tables that are written to. */
    enum Table {
        CURRENT_VIEWERS,
        VIEWER_HISTORY,
        USER_SESSIONS,
        SESSION_REJECTS,
        RECONCILIATIONS
    }

    private record Meters(Counter rows, Timer writes, Counter failures, Counter lost) {}

    private final MeterRegistry registry;
    private final Map<Table, Meters> meters = new EnumMap<>(Table.class);

    BookMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Table table : Table.values()) {
            String label = table.name().toLowerCase(Locale.ROOT);
            meters.put(
                    table,
                    new Meters(
                            Counter.builder("headcount.books.rows")
                                    .description("Rows written to MySQL; repeated ones count again")
                                    .tag("table", label)
                                    .register(registry),
                            Timer.builder("headcount.books.write")
                                    .description("Statements that wrote rows, failed ones included")
                                    .tag("table", label)
                                    .publishPercentileHistogram()
                                    .register(registry),
                            Counter.builder("headcount.books.failures")
                                    .description("Writes that failed and are tried again")
                                    .tag("table", label)
                                    .register(registry),
                            Counter.builder("headcount.books.lost")
                                    .description("Rows that were given up: out of time, out of room or refused")
                                    .tag("table", label)
                                    .register(registry)));
        }
    }

    /** Makes a write and measures it. */
    Future<Void> write(Table table, int rows, Supplier<Future<Void>> write) {
        Meters of = meters.get(table);
        Timer.Sample sample = Timer.start(registry);
        return write.get().onComplete(done -> {
            sample.stop(of.writes);
            if (done.succeeded()) {
                of.rows.increment(rows);
            } else {
                of.failures.increment();
            }
        });
    }

    void lost(Table table, int rows) {
        meters.get(table).lost.increment(rows);
    }

    /** Shows a number that is read when somebody looks (from any thread). */
    void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value)
                .description(description)
                .strongReference(true)
                .register(registry);
    }
}
