package io.headcount.config;

/**
 * How long the books keep what.
 *
 * @param historyMonths whole months of history and of the ledger, besides the present one
 * @param sessionDays whole days of sessions, besides today
 * @param checkMillis between two looks for what is older
 */
public record RetentionConfig(int historyMonths, int sessionDays, int checkMillis) {
    static RetentionConfig read(Settings s) {
        return new RetentionConfig(
                s.integer("retention.historyMonths", 13, 1, 120),
                s.integer("retention.sessionDays", 30, 1, 3_650),
                s.integer("retention.checkMillis", 3_600_000, 100, 86_400_000));
    }
}
