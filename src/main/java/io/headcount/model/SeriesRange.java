package io.headcount.model;

import java.time.ZoneId;

/**
 * A part of a time series.
 *
 * @param fromMillis start of its first step, epoch milliseconds
 * @param toMillis end of its last step, exclusive
 * @param step between its points
 * @param zone whose days are meant, where the step is a day
 */
public record SeriesRange(long fromMillis, long toMillis, Step step, ZoneId zone) {
    /** The same from a later moment on. */
    public SeriesRange after(long startMillis) {
        return new SeriesRange(Math.max(fromMillis, startMillis), toMillis, step, zone);
    }
}
