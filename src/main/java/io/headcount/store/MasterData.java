package io.headcount.store;

import io.headcount.model.MasterRecord;
import io.vertx.core.Future;
import java.util.List;

/** Names and the like, of everything but streams (those are {@link BookStore}'s). Failures are {@link BookException}s. */
public interface MasterData {
    /** What can have a record. */
    enum Kind {
        BROADCASTER,
        CATEGORY,
        USER
    }

    /** Creates or changes a record; {@code null} fields stay as they are. Returns what it is now. */
    Future<MasterRecord> save(Kind kind, MasterRecord changed);

    /**
     * Ends a stream, which need not be known yet.
     *
     * @return when it ended, epoch milliseconds: {@code atMillis}, or before that where it had ended already
     */
    Future<Long> endStream(String stream, long atMillis);

    /** A stream that has ended is to be watched again. */
    Future<Void> reopenStream(String stream);

    /** Those of at most {@link #MOST_ASKED} streams that have ended. */
    Future<List<String>> endedAmong(List<String> streams);

    /** The most streams of one question. */
    int MOST_ASKED = 500;
}
