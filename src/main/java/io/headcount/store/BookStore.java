package io.headcount.store;

import io.headcount.model.Count;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.RankedStream;
import io.headcount.model.Repair;
import io.headcount.model.StreamInfo;
import io.vertx.core.Future;
import java.util.List;

/**
 * The record. Writes are absolute and idempotent: the same rows written twice, or by two nodes, change nothing. A
 * failed write may be repeated as a whole. Failures are {@link BookException}s.
 */
public interface BookStore {
    /** The most rows of one write. */
    int MAX_ROWS = 1000;

    /** Upserts current counts; a row that is newer by {@code asOfMillis} stays. At most {@link #MAX_ROWS}. */
    Future<Void> saveCurrent(List<Count> counts);

    /** Upserts history rows. At most {@link #MAX_ROWS}. */
    Future<Void> saveHistory(List<HistoryPoint> points);

    /** Inserts finished sessions; of two with the same key the first stays. At most {@link #MAX_ROWS}. */
    Future<Void> saveSessions(List<FinishedSession> sessions);

    /** Sets aside an entry of the session log that cannot become a row. */
    Future<Void> saveReject(Reject reject);

    /** Adds a row to the ledger. */
    Future<Void> saveRepair(Repair repair);

    /**
     * Streams whose row says that they are watched although nobody has written it for a while: either their count does
     * not change, or nobody counts them any more.
     *
     * @param beforeMillis rows whose count is older than this, epoch milliseconds by Redis' clock
     * @param afterStream ids above this one; {@code ""} for the first page
     * @return at most {@link #MAX_ROWS} ids in ascending order
     */
    Future<List<String>> quietStreams(long beforeMillis, String afterStream);

    /** Makes the partitions for the days and months to come. */
    Future<Void> preparePartitions();

    /** Creates or changes master data of a stream; {@code null} fields stay as they are. Returns what it is now. */
    Future<StreamInfo> saveStream(StreamInfo stream);

    /** Master data of a stream, or {@code null}. */
    Future<StreamInfo> stream(String id);

    /**
     * Live streams by viewers.
     *
     * @param category only this category's, or {@code null}
     * @param afterRank ranks above this one; 0 for the first page
     * @param limit 1 to 100
     */
    Future<List<RankedStream>> ranking(String category, long afterRank, int limit);

    /** Completes when a trivial query is answered: for readiness. */
    Future<Void> ping();

    /**
     * An entry of the session log that cannot become a row.
     *
     * @param part part of the log
     * @param entry the entry's id in it
     * @param raw the entry's text
     * @param error why
     */
    record Reject(int part, String entry, String raw, String error) {}
}
