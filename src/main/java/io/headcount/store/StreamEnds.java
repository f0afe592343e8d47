package io.headcount.store;

import io.vertx.core.Future;

/**
 * Which streams have ended, for those who let viewers in. The record is MySQL's ({@link MasterData#endedAmong}); this is
 * what of it every node can ask, also one without MySQL.
 */
public interface StreamEnds {
    /** How long it is kept. Who comes to a stream that ended before is let in, and sent away by its owner within seconds. */
    long KEPT_MILLIS = 7 * 86_400_000L;

    /** Takes note that a stream has ended; a repetition changes nothing. */
    Future<Void> end(String stream, long atMillis);

    /** Takes note that it is to be watched again. */
    Future<Void> reopen(String stream);

    /** Whether a stream has ended; may be some seconds old. */
    Future<Boolean> ended(String stream);
}
