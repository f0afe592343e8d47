package io.headcount.counter;

import io.headcount.bus.Message.Tally;
import io.headcount.model.Incarnation;
import io.headcount.model.Session;
import io.headcount.store.CounterStore.Batch;
import io.headcount.store.CounterStore.BeatResult;
import io.headcount.store.CounterStore.Change;
import io.headcount.store.CounterStore.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What this node asserts on one stream: its open sessions, which are the truth, and how much of it Redis has.
 *
 * <p>Changes wait in {@code pending} and leave in numbered batches, one in flight at a time. A batch whose call failed
 * may or may not have been applied: it is sent again, unchanged and under the same number, until Redis says which.
 * When Redis says something that does not fit (a gap in the numbers, another number of sessions than was applied), the
 * state is {@linkplain #suspect suspect}: nothing more is sent until what Redis holds was read and {@link #reconcile}d
 * with the sessions, which makes the difference the new pending changes. Pure: no clock, no I/O.
 *
 * <p>A session that is refused ({@link Newcomers}) is forgotten as if it had never been: in no count, and without a row
 * in the books (it ended before it began), unless it closed by itself before the verdict.
 */
final class StreamState {
    private final String stream;
    private final long numbersAfter;
    private final Map<String, Session> sessions = new HashMap<>();
    private final PendingChanges pending = new PendingChanges();
    /** Joins that were in doubt when the state became suspect; admitted once it is reconciled. */
    private final List<Session> doubtful = new ArrayList<>();

    /**
     * Sessions that changed since the state became suspect, until the correction is applied: that Redis has them otherwise
     * is no drift.
     */
    private final Set<String> underWay = new HashSet<>();
    /** Closed sessions whose end is not in the log yet; still asserted. */
    private final Set<String> closing = new HashSet<>();

    private final Newcomers newcomers;
    private final SocketCounts sockets = new SocketCounts();
    private Batch inFlight;
    private boolean sent;
    private boolean mustSend;
    /** The number that Redis saw last, as far as is known. */
    private long seen;
    /**
     * The highest number ever given to a batch: none is given twice, or a late one could pass for its successor, and the
     * first of a process for the first of the one before, where Redis forgot the node and gave it the same epoch again.
     */
    private long issued;

    private long applied;
    private String suspicion;
    private long version;
    /** Beats that are to renew all keys. */
    private int renewals;
    /** Grows whenever what Redis holds is in doubt or has been compared. */
    private long doubts;

    /**
     * @param numbersAfter where the numbers of batches begin; no other process of this node's name began there
     * @param mostTabs of a user, over all nodes; 0 for any number
     */
    StreamState(String stream, long numbersAfter, int mostTabs) {
        this.stream = stream;
        this.numbersAfter = numbersAfter;
        this.issued = numbersAfter;
        this.newcomers = new Newcomers(mostTabs);
    }

    String stream() {
        return stream;
    }

    /** A socket opened. */
    void open(Session session) {
        if (sessions.putIfAbsent(session.id(), session) == null) {
            sockets.opened(session);
            newcomers.add(session.id());
            change(session, true);
        }
    }

    /** A socket closed; it stays asserted until {@link #end}, when its end is in the log. */
    boolean closed(Session session) {
        if (sessions.get(session.id()) != session || !closing.add(session.id())) {
            return false;
        }
        sockets.closed(session);
        return true;
    }

    /** A closed session's end is in the log: it may leave the count. */
    void end(Session session) {
        if (sessions.remove(session.id(), session)) {
            closing.remove(session.id());
            change(session, false);
        }
    }

    private void change(Session session, boolean joined) {
        if (!joined && pending.cancelJoin(session)) {
            newcomers.decided(session.id());
        } else {
            pending.add(new Change(session, joined));
        }
        if (suspicion != null) {
            underWay.add(session.id());
        }
    }

    /**
     * Takes note of how many sockets a gateway instance itself counts, for the report.
     *
     * @return whether they are others than are open here, and yet as many on all gateway instances together
     */
    boolean census(int gateway, Tally tally) {
        return sockets.census(gateway, tally);
    }

    /**
     * Takes a gateway instance's own list of open sockets for the truth.
     *
     * @return sessions that this state held open there and the gateway has not: to be logged and ended
     */
    List<Session> adopt(int gateway, Collection<Session> open) {
        Set<String> real = new HashSet<>();
        for (Session session : open) {
            real.add(session.id());
            open(session);
        }
        List<Session> lost = new ArrayList<>();
        for (Session session : sessions.values()) {
            if (session.gateway() == gateway && !real.contains(session.id()) && !closing.contains(session.id())) {
                lost.add(session);
            }
        }
        sockets.settled(gateway);
        return lost;
    }

    /**
     * The batch to send now, or {@code null} when there is nothing to send, one is on its way, or the state is suspect.
     *
     * @param most changes in a batch
     */
    Batch next(Incarnation incarnation, int most) {
        if (suspicion != null || (inFlight != null && sent)) {
            return null;
        }
        if (inFlight == null) {
            if (pending.isEmpty() && !mustSend) {
                return null;
            }
            List<Change> changes = pending.take(most);
            long after = applied + growth(changes);
            long reported = Math.max(0, after + sockets.drift());
            inFlight = new Batch(stream, incarnation, ++issued, seen, reported, changes, newcomers.door(changes));
            version++;
        }
        sent = true;
        return inFlight;
    }

    /**
     * A batch was applied.
     *
     * @param asserted sessions that Redis now holds for this node
     * @param refused sessions of the batch that Redis did not take
     */
    Verdict applied(Batch batch, long asserted, Set<String> refused) {
        if (!isInFlight(batch)) {
            return new Verdict(List.of(), List.of());
        }
        inFlight = null;
        mustSend = false;
        underWay.clear();
        seen = batch.number();
        applied += growth(batch.changes()) - refused.size();
        version++;
        if (asserted != applied) {
            suspect("drift");
        }
        List<Session> admitted = new ArrayList<>(doubtful);
        doubtful.clear();
        List<Session> tooMany = new ArrayList<>();
        for (Change change : batch.changes()) {
            if (change.joined() && refused.contains(change.session().id())) {
                forget(change.session());
                tooMany.add(change.session());
            } else if (change.joined()) {
                newcomers.decided(change.session().id());
                admitted.add(change.session());
            }
        }
        return new Verdict(admitted, tooMany);
    }

    private void forget(Session session) {
        newcomers.decided(session.id());
        if (sessions.remove(session.id(), session) && !closing.remove(session.id())) {
            sockets.closed(session);
        }
        pending.forget(session);
    }

    /** A batch's call failed: nobody knows whether it was applied; it will be sent again as it is. */
    void failed(Batch batch) {
        if (isInFlight(batch)) {
            sent = false;
        }
    }

    /** A batch was refused: Redis did not see the one before. */
    void refused(Batch batch) {
        if (isInFlight(batch)) {
            suspect("gap");
        }
    }

    /**
     * Holds a beat's answer against what was applied.
     *
     * @param sentVersion {@link #version} when the beat was sent; when batches moved since, the answer says nothing
     */
    void beaten(BeatResult result, long sentVersion) {
        if (version != sentVersion || inFlight != null || suspicion != null) {
            return;
        }
        // Also where nothing was sent yet: what is there then is an earlier process' of the same name and epoch.
        if (result.lastSeen() != seen) {
            suspect("gap");
        } else if (result.asserted() != applied) {
            suspect("drift");
        }
    }

    /**
     * Takes which sessions of a beat Redis does not hold: those that are still open were lost, also where others that do
     * not belong there make up the number.
     *
     * @param sentDoubts {@link #doubts} when the beat was sent; where there were others since, the answer says nothing
     */
    void missing(Collection<String> missing, long sentDoubts) {
        if (doubts == sentDoubts && missing.stream().anyMatch(sessions::containsKey)) {
            suspect("members");
        }
    }

    /** Stops sending until {@link #reconcile}: Redis may hold something else than was applied. */
    void suspect(String cause) {
        if (suspicion != null) {
            return;
        }
        suspicion = cause;
        version++;
        doubts++;
        if (inFlight != null) {
            doubt(inFlight.changes());
            inFlight = null;
        }
        doubt(pending.all());
        pending.clear();
    }

    /** Of what Redis holds, sessions that are not open and did not end a moment ago: nobody may have logged their end. */
    List<Member> strangers(Collection<Member> held) {
        return held.stream()
                .filter(member -> !sessions.containsKey(member.session()) && !underWay.contains(member.session()))
                .toList();
    }

    /**
     * Makes what Redis really holds the state that batches build on; the difference to the open sessions becomes the
     * pending changes. Redis takes them only if it has seen nothing else since.
     *
     * @param lastSeen the number that Redis had seen last before {@code held} was read
     */
    Difference reconcile(Collection<Member> held, long lastSeen) {
        Set<String> heldIds = new HashSet<>();
        pending.clear();
        long removed = 0;
        for (Member member : held) {
            if (heldIds.add(member.session()) && !sessions.containsKey(member.session())) {
                pending.add(new Change(
                        new Session(stream, member.user(), member.session(), member.joinedAtMillis(), -1), false));
                removed += underWay.contains(member.session()) ? 0 : 1;
            }
        }
        long added = 0;
        for (Session session : sessions.values()) {
            if (!heldIds.contains(session.id())) {
                pending.add(new Change(session, true));
                added += underWay.contains(session.id()) ? 0 : 1;
            }
        }
        newcomers.decided(heldIds, sessions.keySet());
        Difference difference = new Difference(suspicion, heldIds.size(), sessions.size(), added, removed);
        applied = heldIds.size();
        doubtful.removeIf(session -> !heldIds.contains(session.id()) || !sessions.containsKey(session.id()));
        suspicion = null;
        seen = lastSeen;
        issued = Math.max(issued, lastSeen);
        // Even without a difference: what was given up and is still under way is thereby shut out.
        mustSend = true;
        version++;
        doubts++;
        return difference;
    }

    /** Begins anew under another incarnation, of which Redis holds nothing. */
    void reborn() {
        inFlight = null;
        mustSend = false;
        seen = 0;
        issued = numbersAfter;
        applied = 0;
        suspicion = null;
        doubtful.clear();
        underWay.clear();
        newcomers.decided(Set.of(), sessions.keySet());
        pending.clear();
        sessions.values().forEach(session -> pending.add(new Change(session, true)));
        version++;
        doubts++;
    }

    /**
     * Sessions that Redis holds, as far as is known, and that share a phase; each is in one of {@code phases}. Those whose
     * join is on its way are in the next round.
     */
    List<Session> inPhase(int phase, int phases) {
        Set<String> joining = new HashSet<>();
        PendingChanges.addJoins(pending.all(), joining);
        PendingChanges.addJoins(inFlight == null ? List.of() : inFlight.changes(), joining);
        List<Session> due = new ArrayList<>(sessions.size() / phases + 1);
        for (Session session : sessions.values()) {
            if (Math.floorMod(session.id().hashCode(), phases) == phase && !joining.contains(session.id())) {
                due.add(session);
            }
        }
        return due;
    }

    /** The next so many beats renew all keys, and put back what is missing. */
    void renewNext(int beats) {
        renewals = beats;
    }

    /** Whether this beat renews all keys. */
    boolean takeRenewal() {
        return renewals > 0 && renewals-- > 0;
    }

    /** Open sessions as this state knows them. */
    Collection<Session> sessions() {
        return sessions.values();
    }

    /** Whether nothing is open and nothing waits to be sent. */
    boolean idle() {
        return sessions.isEmpty() && pending.isEmpty() && inFlight == null && suspicion == null && !mustSend;
    }

    /** Whether Redis was told nothing of this stream by this life, nor is about to be. */
    boolean unreported() {
        return seen == 0 && idle();
    }

    boolean isSuspect() {
        return suspicion != null;
    }

    /** How many changes wait to be sent. */
    int waiting() {
        return pending.size();
    }

    /** What the node reports as its sockets, comparable with what Redis holds after batch {@link #seen}. */
    long sockets() {
        return Math.max(0, applied + sockets.drift());
    }

    /** The number that Redis saw last, as far as is known. */
    long seen() {
        return seen;
    }

    long version() {
        return version;
    }

    long doubts() {
        return doubts;
    }

    /** By identity: an answer to a batch that was given up must not be taken for that of its successor. */
    @SuppressWarnings("ReferenceEquality")
    private boolean isInFlight(Batch batch) {
        return batch == inFlight;
    }

    private void doubt(Collection<Change> changes) {
        for (Change change : changes) {
            underWay.add(change.session().id());
            if (change.joined()) {
                doubtful.add(change.session());
            }
        }
    }

    private static long growth(List<Change> changes) {
        long growth = 0;
        for (Change change : changes) {
            growth += change.joined() ? 1 : -1;
        }
        return growth;
    }
}
