package io.headcount.counter;

import io.headcount.store.CounterStore.Change;
import io.headcount.store.CounterStore.Door;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Sessions of a stream that Redis is not known to hold yet. Only they may be refused because their user has too many
 * tabs: what was once admitted is never refused, however often it is asserted again.
 */
final class Newcomers {
    private final int mostTabs;
    private final Set<String> sessions = new HashSet<>();

    /** @param mostTabs of a user, over all nodes; 0 for any number */
    Newcomers(int mostTabs) {
        this.mostTabs = mostTabs;
    }

    void add(String session) {
        if (mostTabs > 0) {
            sessions.add(session);
        }
    }

    /** Redis has decided on a session. */
    void decided(String session) {
        sessions.remove(session);
    }

    /** Redis holds these, and of the others only those that are still known are of interest. */
    void decided(Set<String> held, Collection<String> known) {
        sessions.removeAll(held);
        sessions.retainAll(known);
    }

    Door door(List<Change> changes) {
        if (sessions.isEmpty()) {
            return Door.OPEN;
        }
        Set<String> fresh = new HashSet<>();
        for (Change change : changes) {
            String session = change.session().id();
            if (change.joined() && sessions.contains(session)) {
                fresh.add(session);
            }
        }
        return fresh.isEmpty() ? Door.OPEN : new Door(mostTabs, fresh);
    }
}
