package io.headcount.store;

import java.util.List;
import java.util.Map;

/** What the servers of a deployment's MySQL say of themselves. Asked by {@code doctor}. */
public interface BooksSurvey {
    /** Asks every server that is configured; changes nothing. Blocking, a few seconds a server at most. */
    List<Server> look();

    /** Compares the tables with the migrations of this version. Blocking. */
    Schema schema();

    /**
     * One server.
     *
     * @param mayWrite whether it is configured as the writer (or as one that may be it), rather than only as a reader
     * @param trouble why it could not be asked, {@code null} where it could; then all else is empty
     * @param advice what to do about that
     * @param variables its global variables by name, those that matter here
     * @param aheadMillis by which this machine's clock is ahead of the server's
     */
    record Server(
            String address,
            boolean mayWrite,
            String trouble,
            String advice,
            Map<String, String> variables,
            long aheadMillis) {
        public Server {
            variables = Map.copyOf(variables);
        }
    }

    /**
     * The tables.
     *
     * @param trouble why they could not be looked at, or {@code null}
     * @param pending migrations that are still to be applied
     * @param unknown migrations that were applied, and that this version does not know
     */
    record Schema(String trouble, List<String> pending, List<String> unknown) {
        public Schema {
            pending = List.copyOf(pending);
            unknown = List.copyOf(unknown);
        }
    }
}
