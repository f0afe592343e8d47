package io.headcount.model;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;

/** How far the points of a time series are apart. */
public enum Step {
    FIVE_MINUTES("5m", 300_000),
    HOUR("1h", 3_600_000),
    /** A day of the books' zone: 23 or 25 hours where clocks are changed. */
    DAY("1d", 86_400_000);

    private final String wire;
    private final long millis;

    Step(String wire, long millis) {
        this.wire = wire;
        this.millis = millis;
    }

    /** As answers and addresses name it. */
    public String wire() {
        return wire;
    }

    /** Its length; of a day without a change of clocks. */
    public long millis() {
        return millis;
    }

    /** The step of this name: {@code 5m}, {@code 1h} and {@code 1d}, or {@code hour} and {@code day}. */
    public static Optional<Step> of(String name) {
        return switch (name) {
            case "5m" -> Optional.of(FIVE_MINUTES);
            case "1h", "hour" -> Optional.of(HOUR);
            case "1d", "day" -> Optional.of(DAY);
            default -> Optional.empty();
        };
    }

    /** When the step began that a moment is in, epoch milliseconds. */
    public long floor(long atMillis, ZoneId zone) {
        return this == DAY
                ? dayOf(atMillis, zone).atStartOfDay(zone).toInstant().toEpochMilli()
                : atMillis - Math.floorMod(atMillis, millis);
    }

    /** When the next step begins after one that begins at {@code startMillis}. */
    public long next(long startMillis, ZoneId zone) {
        return this == DAY
                ? dayOf(startMillis, zone)
                        .plusDays(1)
                        .atStartOfDay(zone)
                        .toInstant()
                        .toEpochMilli()
                : startMillis + millis;
    }

    private static LocalDate dayOf(long atMillis, ZoneId zone) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(atMillis), zone);
    }
}
