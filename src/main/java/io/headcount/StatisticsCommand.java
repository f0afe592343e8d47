package io.headcount;

import io.headcount.config.HeadcountConfig;
import io.headcount.store.mysql.MySqlBookStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code headcount statistics}: a day's statistics, on demand. */
@Command(
        name = "statistics",
        description = "Computes the statistics of a day (of books.zone) anew; the same books give the same result.",
        mixinStandardHelpOptions = true)
final class StatisticsCommand extends Configured {
    private static final int WITHIN_MINUTES = 60;

    @Option(names = "--day", required = true, paramLabel = "D", description = "The day, like 2026-11-22.")
    private LocalDate day;

    @Override
    int run(HeadcountConfig config, Path folder) {
        // Their sessions are gone: computing such a day would replace what is known with less.
        LocalDate oldest =
                LocalDate.now(ZoneOffset.UTC).minusDays(config.retention().sessionDays() - 1L);
        LocalDate today = LocalDate.now(config.statistics().zone());
        if (day.isBefore(oldest) || day.isAfter(today)) {
            System.err.println("headcount: the day must be from " + oldest + " (retention.sessionDays) to " + today);
            return 2;
        }
        Vertx vertx = VertxFactory.single();
        MySqlBookStore books = MySqlBookStore.open(
                vertx,
                config.mysql().in(folder),
                new SimpleMeterRegistry(),
                config.books().historyMillis());
        try {
            int rows =
                    books.statistics().compute(day, config.statistics().zone()).await(WITHIN_MINUTES, TimeUnit.MINUTES);
            System.out.println("headcount: " + rows + " rows of daily_statistics written for " + day);
            return 0;
        } catch (TimeoutException e) {
            System.err.println("headcount: not finished within " + WITHIN_MINUTES + " minutes");
            return 1;
        } catch (RuntimeException e) {
            System.err.println("headcount: the day could not be computed: " + reason(e));
            return 1;
        } finally {
            vertx.close();
        }
    }
}
