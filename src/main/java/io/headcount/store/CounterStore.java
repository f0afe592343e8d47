package io.headcount.store;

import io.headcount.model.Count;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Incarnation;
import io.headcount.model.Session;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The live state: what all nodes together assert. Every operation is idempotent and may be repeated after a failed or
 * timed-out call. A call fails within its deadline (a second or two), never later; a failure says nothing of whether it
 * was applied. Results are those of one atomic moment; {@code Count.mode} of a result is {@code EXACT}, to be lowered by
 * whoever knows more, but for some seconds after {@link #onLoss}.
 */
public interface CounterStore {
    /** The most changes in one batch: bounds how long one script call holds a shard. */
    int MAX_BATCH = 500;

    /**
     * Calls back, on any thread, when the store may have lost what was written last of the streams for which the
     * predicate holds: whatever is asserted on them is to be asserted again. A store that loses nothing never calls.
     */
    default void onLoss(Consumer<Predicate<String>> listener) {}

    /** Applies a numbered batch of joins and leaves of one (incarnation, stream). */
    Future<BatchResult> apply(Batch batch);

    /** Renews heartbeats, reports the node's sockets, and says what Redis holds for the incarnation. */
    Future<BeatResult> beat(Beat beat);

    /** A page of what Redis holds for an incarnation on a stream; the cursor of the first page is {@code "0"}. */
    Future<MemberPage> members(String stream, Incarnation incarnation, String cursor);

    /**
     * Removes sessions of a dead incarnation, but only where they still belong to it. When the last is gone the
     * incarnation's report goes too.
     *
     * @param members at most {@link #MAX_BATCH}; may be empty, to remove the report of an empty incarnation
     */
    Future<Count> reap(String stream, Incarnation dead, List<Member> members);

    /** Removes a page of a stream's users who have no tab; the cursor of the first page is {@code "0"}. */
    Future<Sweep> sweep(String stream, String cursor);

    /** Appends finished sessions to the session log; completes when all are acknowledged by Redis. */
    Future<Void> log(List<FinishedSession> finished);

    /** Reads streams, from replicas where that is possible; one element a stream, in order. */
    Future<List<LiveStream>> read(List<String> streams);

    /** Takes note that these streams are alive, so that {@link #liveStreams} lists them. */
    Future<Void> announce(Collection<String> streams);

    /**
     * The streams that were announced within the last 15 minutes, as far as they can be read; fails when nothing can.
     */
    Future<List<String>> liveStreams();

    /** Forgets a stream in {@link #liveStreams}, unless it was announced within the last half minute. */
    Future<Void> retire(String stream);

    /**
     * The stream's last complete history bucket, or {@code null} when it was not observed in it.
     *
     * @param bucketMillis length of a bucket
     */
    Future<HistoryPoint> lastBucket(String stream, long bucketMillis);

    /**
     * A batch of changes.
     *
     * @param number above that of every batch that was ever sent for this incarnation and stream; at least 1
     * @param after the number that Redis must have seen last, or the batch is refused: that of the batch before, or,
     *     after a comparison, the one that was seen when it began. A batch that was given up and comes late is thus
     *     refused, or makes its successor be refused; it never changes what was compared without anybody noticing
     * @param sockets what the node itself counts on the stream
     * @param changes at most {@link #MAX_BATCH}, a session at most once; joins are applied before leaves
     * @param door which of the joins may be refused
     */
    record Batch(
            String stream,
            Incarnation incarnation,
            long number,
            long after,
            long sockets,
            List<Change> changes,
            Door door) {
        /** No join may be refused. */
        public Batch(
                String stream, Incarnation incarnation, long number, long after, long sockets, List<Change> changes) {
            this(stream, incarnation, number, after, sockets, changes, Door.OPEN);
        }
    }

    /**
     * Which joins of a batch are refused: those of newcomers whose user has enough live tabs on the stream already, on
     * whatever nodes.
     *
     * @param mostTabs of a user, 0 for any number
     * @param newcomers sessions that were never told to be counted; no others are ever refused
     */
    record Door(int mostTabs, Set<String> newcomers) {
        /** For everybody. */
        public static final Door OPEN = new Door(0, Set.of());
    }

    /** A session that opened, or one that ended. */
    record Change(Session session, boolean joined) {}

    /** What became of a batch. */
    sealed interface BatchResult {
        /**
         * It is applied (now or at an earlier try).
         *
         * @param asserted sessions that Redis now holds for this incarnation on this stream
         * @param refused sessions whose joins were refused at the {@link Door}; they are not held
         */
        record Applied(Count count, long asserted, Set<String> refused) implements BatchResult {
            /** Nobody was refused. */
            public Applied(Count count, long asserted) {
                this(count, asserted, Set.of());
            }
        }

        /**
         * It was refused: the number that Redis saw last is not the one asked for (it lost data, the incarnation was
         * reaped, another batch came between), or a later life of the node is there already.
         *
         * @param lastSeen the number that Redis saw last, 0 for none
         */
        record Gap(long lastSeen) implements BatchResult {}
    }

    /**
     * A heartbeat.
     *
     * @param sockets what the node itself counts on the stream
     * @param lastNumber number of the last batch that was applied
     * @param sessions whose heartbeats to renew; at most {@link #MAX_BATCH}
     * @param renewKeys whether also the keys around the heartbeats are kept for another 10 minutes, and tabs that are
     *     missing are put back; seldom, as it doubles the cost
     * @param forget the node has nothing on this stream any more and will start anew, after 0
     */
    record Beat(
            String stream,
            Incarnation incarnation,
            long sockets,
            long lastNumber,
            List<Session> sessions,
            boolean renewKeys,
            boolean forget) {}

    /**
     * What Redis holds.
     *
     * @param asserted sessions it holds for the incarnation on the stream
     * @param lastSeen number of the last batch it saw, 0 when it knows nothing of the incarnation
     * @param restored users that were missing in the stream's set and were put back
     * @param missing sessions of the beat that it does not hold for the incarnation
     */
    record BeatResult(Count count, long asserted, long lastSeen, long restored, List<String> missing) {}

    /**
     * A session as Redis knows it.
     *
     * @param lastBeatMillis last sign of life, epoch milliseconds by Redis' clock; not before {@code joinedAtMillis}
     */
    record Member(String session, String user, long joinedAtMillis, long lastBeatMillis) {}

    /**
     * Some of an incarnation's sessions.
     *
     * @param cursor for the next page; {@code "0"} after the last
     */
    record MemberPage(List<Member> members, String cursor) {}

    /**
     * What a sweep did.
     *
     * @param removed users without a tab that were removed
     * @param cursor for the next page; {@code "0"} after the last
     */
    record Sweep(long removed, String cursor) {}

    /**
     * A stream as all nodes together assert it.
     *
     * @param nodes what each incarnation reports
     */
    record LiveStream(Count count, List<NodeReport> nodes) {}

    /**
     * An incarnation's report on a stream.
     *
     * @param sockets what the node counted itself
     * @param asserted sessions that Redis holds for it
     * @param lastSeen number of its last batch
     * @param reportedAtMillis when, epoch milliseconds by Redis' clock
     */
    record NodeReport(Incarnation incarnation, long sockets, long asserted, long lastSeen, long reportedAtMillis) {}
}
