package io.headcount.model;

/**
 * A time during which a stream was watched without a longer break, from its history.
 *
 * @param stream stream id
 * @param fromMillis start of its first bucket with a viewer, epoch milliseconds
 * @param toMillis end of its last one
 * @param peakViewers at most at once
 * @param avgViewers over the time that was observed
 * @param viewerMinutes viewers, over time
 * @param joins sessions opened
 */
public record Broadcast(
        String stream,
        long fromMillis,
        long toMillis,
        long peakViewers,
        double avgViewers,
        double viewerMinutes,
        long joins) {}
