package io.headcount.store;

import io.headcount.model.Count;
import io.vertx.core.Future;

/**
 * Viewers without WebSocket: sessions that belong to no node, whose heartbeat is their truth. Operations are idempotent
 * and fail within their deadline, as those of {@link CounterStore} do.
 */
public interface BeatStore {
    /** How long a session lives after a beat. */
    long TTL_MILLIS = 60_000;

    /** How long after it was issued a session's id is accepted. */
    long ID_LIFE_MILLIS = 12 * 3_600_000L;

    /**
     * How long it is remembered that a session ended. Later its id would open it again, as after a loss of Redis' data:
     * a client that goes on after its own end is wrong, and a mark for each id's whole life would take gigabytes.
     */
    long MARK_MILLIS = 600_000;

    /** A sign of life. The first one of a session opens it, and so does the first after Redis lost its data. */
    Future<Beaten> beat(Beating beating);

    /** Ends a session, which then stays ended, and logs it. Nothing happens to one that has ended. */
    Future<Count> end(String stream, String session, String user);

    /** Ends a stream's sessions whose time is over, and logs those that were ended and may not be in the log. */
    Future<Swept> sweep(String stream);

    /**
     * A beat.
     *
     * @param issuedAtMillis when the session began, epoch milliseconds by Redis' clock
     * @param mostTabs sessions of the user on the stream, sockets included, above which it is not opened; 0 for any
     */
    record Beating(String stream, String session, String user, long issuedAtMillis, int mostTabs) {}

    /** What became of a beat. */
    record Beaten(Outcome outcome, Count count) {}

    /** Whether a session lives. */
    enum Outcome {
        /** It does, until its time is over. */
        ALIVE,
        /** It ended earlier, and stays ended. */
        ENDED,
        /** It was not opened: its user has enough of them. */
        TOO_MANY
    }

    /**
     * What a sweep did.
     *
     * @param ended sessions whose time was over
     * @param logged sessions that the log has now
     */
    record Swept(long ended, int logged, Count count) {}
}
