package io.headcount.model;

import java.time.LocalDate;

/**
 * A day of the daily statistics.
 *
 * @param day of the books' zone
 * @param subject whose
 * @param title as it was, of a stream; or {@code null}
 * @param broadcaster as it was, of a stream; or {@code null}
 * @param category as it was, of a stream; or {@code null}
 * @param viewers different users
 * @param newViewers those without an earlier session that the books still had
 * @param returningViewers the others
 * @param sessions that were open on that day
 * @param watchSeconds of all sessions together, on that day
 * @param avgWatchSeconds of a session
 * @param viewerMinutes of different users, from the history
 * @param avgViewers over the time that was observed
 * @param peakViewers at most at once
 * @param peakAtMillis start of the bucket with the peak, epoch milliseconds; 0 for none
 * @param liveSeconds with at least one viewer
 * @param revenueEstimate viewer minutes by the category's cpm; {@code null} where none is known
 * @param computedAtMillis when it was computed, epoch milliseconds
 */
public record DayTotals(
        LocalDate day,
        Subject subject,
        String title,
        String broadcaster,
        String category,
        long viewers,
        long newViewers,
        long returningViewers,
        long sessions,
        long watchSeconds,
        double avgWatchSeconds,
        double viewerMinutes,
        double avgViewers,
        long peakViewers,
        long peakAtMillis,
        long liveSeconds,
        Double revenueEstimate,
        long computedAtMillis) {}
