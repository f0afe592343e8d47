package io.headcount.store.mysql;

import io.headcount.store.BookException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Epoch milliseconds to {@code DATETIME(3)} in UTC and back. */
final class Times {
    /** End of the year 9999, the last that MySQL can hold. */
    private static final long LAST_MILLIS = 253_402_300_799_999L;

    private Times() {}

    /**
     * A time for the books.
     *
     * @throws BookException a refusal, when it is not between 1970 and 9999
     */
    static LocalDateTime of(long epochMillis) {
        if (epochMillis < 0 || epochMillis > LAST_MILLIS) {
            throw new BookException(
                    "not a time between 1970 and 9999: " + epochMillis + " ms",
                    "this data can never be written as it is",
                    true,
                    null);
        }
        return LocalDateTime.ofInstant(Instant.ofEpochMilli(epochMillis), ZoneOffset.UTC);
    }

    /** A time for the books; {@code null} for 0. */
    static LocalDateTime orNull(long epochMillis) {
        return epochMillis == 0 ? null : of(epochMillis);
    }

    /** Epoch milliseconds of a time in the books. */
    static long millis(LocalDateTime time) {
        return time.toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    /** The same; 0 for {@code null}. */
    static long millisOrZero(LocalDateTime time) {
        return time == null ? 0 : millis(time);
    }
}
