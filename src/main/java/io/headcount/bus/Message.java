package io.headcount.bus;

import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.Incarnation;
import io.headcount.model.Repair;
import io.headcount.model.Session;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Everything that travels over the event bus. Those marked local never leave their node and are never encoded. */
public sealed interface Message {
    /** Local, gateway to counter: sessions that opened and ended, in the order in which it happened. */
    record SessionEvents(List<SessionEvent> events) implements Message {}

    /**
     * One session that opened ({@code cause} null) or ended.
     *
     * @param atMillis when, epoch milliseconds by Redis' clock
     */
    record SessionEvent(Session session, EndCause cause, long atMillis) {
        /** Whether the session opened. */
        public boolean opened() {
            return cause == null;
        }
    }

    /**
     * Local, counter to gateway: what became of sessions of one stream.
     *
     * @param sessions are counted; time for their welcome
     * @param refused are one too many of their user, and are not counted; time for their close
     */
    record Admitted(List<Session> sessions, Count count, List<Session> refused) implements Message {
        /** Nobody is refused. */
        public Admitted(List<Session> sessions, Count count) {
            this(sessions, count, List.of());
        }
    }

    /** Local, gateway to counter, periodically: sockets open on this gateway instance, by stream. */
    record Census(int gateway, Map<String, Tally> tallies) implements Message {}

    /**
     * A set of sockets in brief: equal tallies, equal sets.
     *
     * @param sockets how many
     * @param digest sum of their sessions' {@linkplain Session#fingerprint fingerprints}
     */
    record Tally(int sockets, long digest) {
        /** No sockets. */
        public static final Tally NONE = new Tally(0, 0);

        /** With one more. */
        public Tally plus(Session session) {
            return new Tally(sockets + 1, digest + session.fingerprint());
        }
    }

    /** Local request, counter to gateway: which sockets are open on this stream? */
    record SocketsWanted(String stream) implements Message {}

    /** Local reply to {@link SocketsWanted}. */
    record Sockets(String stream, List<Session> sessions) implements Message {}

    /** Changed counts: from counters to a stream's owner, and from owners to everybody. */
    record Counts(String fromNode, List<Count> counts) implements Message {}

    /** Keeper to a node's counters: what Redis holds for you on this stream differs from what you say; look. */
    record Verify(String stream, Incarnation incarnation, String cause) implements Message {}

    /** A repair that was made, on its way to the ledger. */
    record Repaired(Repair repair) implements Message {}

    /** Streams whose broadcast is over, and streams that are to be watched again. */
    record Endings(List<String> ended, List<String> reopened) implements Message {}

    /** A node's sign of life to the others, every second. */
    record Hello(String node, Set<String> roles, boolean draining) implements Message {}

    /** Local: whether this node reaches Redis and holds its lease; when not, its counts are degraded. */
    record Health(boolean live) implements Message {}

    /** Local: the node got a new life ({@code incarnation}); everything is to be asserted again under it. */
    record Reborn(Incarnation incarnation) implements Message {}

    /** Keepers to everybody: nodes that are missing and not yet reaped (their streams are degraded). */
    record MissingNodes(Set<String> incarnations) implements Message {}

    /**
     * How a node is, every second, for the operators' console.
     *
     * @param version of the program, empty where unknown
     * @param life the incarnation whose lease it holds, empty while it holds none
     * @param sockets open viewers' sockets
     * @param streamsOwned whose counts it publishes
     * @param joins viewers' sockets welcomed since it started
     * @param leaves viewers' sockets ended since it started
     * @param heapUsedBytes what its objects take
     * @param heapMaxBytes what they may take
     * @param loopLagMillis the longest that the management event loop was late in the last second
     * @param checks its readiness by name: {@code ok}, or what is missing
     */
    record NodeStatus(
            String node,
            String version,
            String life,
            Set<String> roles,
            long sockets,
            long streamsOwned,
            long joins,
            long leaves,
            long heapUsedBytes,
            long heapMaxBytes,
            long loopLagMillis,
            Map<String, String> checks)
            implements Message {}
}
