package io.headcount.counter;

import io.headcount.model.Session;
import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Changes of a stream that wait for a batch, in their order. Pure. */
final class PendingChanges {
    private final Set<Change> waiting = new LinkedHashSet<>();

    /** What is said twice is said last. */
    void add(Change change) {
        waiting.remove(change);
        waiting.add(change);
    }

    /**
     * Who came and went while more waits than a batch takes (Redis is away) need not be told of: what waits is then
     * bounded by the sessions that are open and those that Redis holds, however long it takes.
     *
     * @return whether the session's join waited, and does no more
     */
    boolean cancelJoin(Session session) {
        return waiting.size() >= CounterStore.MAX_BATCH && waiting.remove(new Change(session, true));
    }

    /** The first changes, at most so many; a session is in a batch once, as joins are applied before leaves. */
    List<Change> take(int most) {
        List<Change> changes = new ArrayList<>(Math.min(most, waiting.size()));
        Set<String> taken = new HashSet<>();
        Iterator<Change> next = waiting.iterator();
        while (next.hasNext() && changes.size() < most) {
            Change change = next.next();
            if (!taken.add(change.session().id())) {
                break;
            }
            changes.add(change);
            next.remove();
        }
        return changes;
    }

    void forget(Session session) {
        waiting.removeIf(change -> change.session().id().equals(session.id()));
    }

    void clear() {
        waiting.clear();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    Collection<Change> all() {
        return Collections.unmodifiableSet(waiting);
    }

    /** Sessions that join among some changes. */
    static void addJoins(Collection<Change> changes, Set<String> to) {
        for (Change change : changes) {
            if (change.joined()) {
                to.add(change.session().id());
            }
        }
    }
}
