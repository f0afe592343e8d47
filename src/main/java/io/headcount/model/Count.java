package io.headcount.model;

/**
 * How many watch a stream.
 *
 * @param stream stream id
 * @param viewers different users
 * @param sessions open sockets (tabs) and HTTP viewers
 * @param peakViewers highest {@code viewers} of the broadcast so far
 * @param peakAtMillis when that was first reached, epoch milliseconds by Redis' clock; 0 when there was none
 * @param asOfMillis when the count was true, epoch milliseconds by Redis' clock
 * @param revision number of changes of the stream's state so far; orders counts of one millisecond
 * @param mode whether it can be trusted as exact
 */
public record Count(
        String stream,
        long viewers,
        long sessions,
        long peakViewers,
        long peakAtMillis,
        long asOfMillis,
        long revision,
        Mode mode) {

    /** A stream that nobody watches. */
    public static Count none(String stream, long asOfMillis, Mode mode) {
        return new Count(stream, 0, 0, 0, 0, asOfMillis, 0, mode);
    }

    /** The same count under another mode. */
    public Count withMode(Mode newMode) {
        return newMode == mode
                ? this
                : new Count(stream, viewers, sessions, peakViewers, peakAtMillis, asOfMillis, revision, newMode);
    }

    /** Whether this count was taken after {@code other}, by Redis' clock and then by revision. */
    public boolean newerThan(Count other) {
        return asOfMillis != other.asOfMillis ? asOfMillis > other.asOfMillis : revision > other.revision;
    }
}
