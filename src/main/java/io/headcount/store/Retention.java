package io.headcount.store;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** What leaves the books: what is too old, and what a person wants erased. Failures are {@link BookException}s. */
public interface Retention {
    /**
     * Drops what is older than its time. Repeating it, or several nodes doing it at once, does no harm: one does it.
     *
     * @param historyMonths whole months of history, and of the ledger, that are kept besides the present one; 1 to 120
     * @param sessionDays whole days (UTC) of sessions that are kept besides today, by when they began; 1 to 3650
     * @return what was dropped, as {@code table.partition}, or {@code table} where rows were deleted; empty for nothing
     */
    Future<List<String>> dropExpired(int historyMonths, int sessionDays);

    /**
     * Erases a user: the master data, every session, and set-aside entries that name the id.
     *
     * @return rows deleted by table, of every table that can name a user
     */
    Future<Map<String, Long>> erase(String user);
}
