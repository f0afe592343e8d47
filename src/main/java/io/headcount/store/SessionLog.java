package io.headcount.store;

import io.headcount.model.FinishedSession;
import io.vertx.core.Future;
import java.util.List;

/** The way of finished sessions to the books: read by one of the keepers, acknowledged once they are committed. */
public interface SessionLog {
    /** How many parts the log has; each is read by itself. */
    int PARTS = 16;

    /**
     * New entries of a part for this reader, or those that another reader took and left for more than half a minute.
     *
     * @param part 0 to {@link #PARTS} - 1
     * @param reader this node's id
     * @param most 1 to 1000
     */
    Future<List<Entry>> take(int part, String reader, int most);

    /** Removes entries that are in the books. */
    Future<Void> acknowledge(int part, List<Entry> entries);

    /** Entries in all parts: sessions that are not yet in the books. */
    Future<Long> size();

    /**
     * An entry.
     *
     * @param id the entry's id in the log
     * @param session what it says, {@code null} when it cannot be read (then {@code raw} tells)
     * @param raw the entry's text
     */
    record Entry(String id, FinishedSession session, String raw) {}
}
