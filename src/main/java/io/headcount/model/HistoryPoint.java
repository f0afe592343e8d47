package io.headcount.model;

/**
 * One stream over one history bucket: a row of {@code viewer_history}.
 *
 * @param stream stream id
 * @param bucketAtMillis start of the bucket, epoch milliseconds
 * @param open viewers when the bucket began
 * @param close viewers when it ended
 * @param min fewest viewers in it
 * @param max most viewers in it
 * @param avg viewers on average, weighted by time
 * @param joins sessions opened in it
 * @param leaves sessions ended in it
 * @param coverage how much of the bucket was observed, 0 to 1
 */
public record HistoryPoint(
        String stream,
        long bucketAtMillis,
        long open,
        long close,
        long min,
        long max,
        double avg,
        long joins,
        long leaves,
        double coverage) {}
