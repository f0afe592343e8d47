package io.headcount.config;

import java.time.DateTimeException;
import java.time.ZoneId;

/**
 * Days and their statistics.
 *
 * @param zone whose days they are
 * @param checkMillis between two looks whether a day is over
 */
public record StatisticsConfig(ZoneId zone, int checkMillis) {
    private static final String ZONE = "Asia/Seoul";

    static StatisticsConfig read(Settings s) {
        String name = s.text("books.zone", ZONE);
        ZoneId zone = ZoneId.of(ZONE);
        try {
            zone = ZoneId.of(name);
        } catch (DateTimeException e) {
            s.problem("books.zone", name, "a time zone, like Asia/Seoul or UTC");
        }
        return new StatisticsConfig(zone, s.integer("books.statisticsCheckMillis", 600_000, 100, 86_400_000));
    }
}
