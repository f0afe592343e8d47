package io.headcount.model;

/**
 * A point of a time series. Of several streams together {@code min} and {@code max} are of the averages of the history's
 * buckets, since nobody knows what the sum was in between; somebody who watches two of them is counted in both.
 *
 * @param atMillis start of the step, epoch milliseconds
 * @param open viewers when its first bucket began
 * @param close viewers when its last bucket ended
 * @param min fewest viewers
 * @param max most viewers
 * @param avg viewers on average, over the time that was observed
 * @param joins sessions opened
 * @param leaves sessions ended
 * @param coverage how much of the step was observed, 0 to 1
 */
public record SeriesPoint(
        long atMillis,
        long open,
        long close,
        long min,
        long max,
        double avg,
        long joins,
        long leaves,
        double coverage) {}
