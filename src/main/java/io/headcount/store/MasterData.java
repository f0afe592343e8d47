package io.headcount.store;

import io.headcount.model.MasterRecord;
import io.vertx.core.Future;

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
}
