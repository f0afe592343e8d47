package io.headcount.sim;

import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Knows what really is: every open tab, every one that was, and what nobody can know any more. */
final class Oracle {
    private final Map<String, Tab> open = new TreeMap<>();
    private final List<Tab> ended = new ArrayList<>();
    private final Map<String, Tab> all = new HashMap<>();
    /** Sessions that Redis was told of, and has not lost since. */
    private final Set<String> asserted = new HashSet<>();
    /** Sessions whose end was lost with the only server that knew of it. */
    private final Set<String> lost = new HashSet<>();

    /** Sessions whose opening the node's own counter was not told of. */
    private final Set<String> unheard = new HashSet<>();

    void opened(Session session, SimNode node) {
        Tab tab = new Tab(session, node, node.life());
        open.put(session.id(), tab);
        all.put(session.id(), tab);
    }

    void unheard(String session) {
        unheard.add(session);
    }

    void closed(Tab tab) {
        if (open.remove(tab.session().id()) != null) {
            ended.add(tab);
        }
    }

    Map<String, Tab> open() {
        return open;
    }

    void asserted(String session) {
        asserted.add(session);
    }

    /** Redis lost a session: it must be told again, and where its process is gone too, nobody can. */
    void redisLost(String session, Map<String, SimNode> nodes) {
        asserted.remove(session);
        Tab tab = all.get(session);
        if (!tab.processLives()) {
            lost.add(session);
        }
    }

    /** The log lost a finished session that was not in the books yet. */
    void recordLost(String session) {
        lost.add(session);
    }

    Set<String> viewers(String stream) {
        Set<String> viewers = new TreeSet<>();
        open.values().stream()
                .filter(tab -> tab.session().stream().equals(stream))
                .forEach(tab -> viewers.add(tab.session().user()));
        return viewers;
    }

    Set<String> sessions(String stream) {
        Set<String> sessions = new TreeSet<>();
        open.values().stream()
                .filter(tab -> tab.session().stream().equals(stream))
                .forEach(tab -> sessions.add(tab.session().id()));
        return sessions;
    }

    /** Every finished session has exactly one record, no open one has but where its node was taken for dead. */
    String wrongIn(Map<String, FinishedSession> books) {
        Map<String, FinishedSession> bySession = new HashMap<>();
        for (FinishedSession record : books.values()) {
            if (bySession.put(record.session(), record) != null) {
                return record.session() + " has two records: " + record;
            }
            Tab tab = all.get(record.session());
            if (tab.session().joinedAtMillis() != record.joinedAtMillis()
                    || !tab.session().user().equals(record.user())) {
                return "not as it was: " + record;
            }
            if (open.containsKey(record.session()) && record.cause() != EndCause.NODE_LOST) {
                return record.session() + " is open and in the books as ended: " + record;
            }
        }
        for (Tab tab : ended) {
            String id = tab.session().id();
            boolean known = (tab.processLives() && !unheard.contains(id)) || asserted.contains(id);
            if (known && !lost.contains(id) && !bySession.containsKey(id)) {
                return id + " of " + tab.node().name() + " ended and is not in the books";
            }
        }
        return null;
    }

    int sessionsSoFar() {
        return all.size();
    }

    /** A tab and the process that has or had it. */
    record Tab(Session session, SimNode node, int life) {
        boolean processLives() {
            return node.running() && node.life() == life;
        }
    }
}
