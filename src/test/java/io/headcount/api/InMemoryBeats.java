package io.headcount.api;

import io.headcount.model.Count;
import io.headcount.model.Mode;
import io.headcount.store.BeatStore;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Sessions without a socket, in memory, until they are ended. */
final class InMemoryBeats implements BeatStore {
    private final InMemoryCounters counters;
    private final Map<String, String> users = new TreeMap<>();
    private final Set<String> ended = new TreeSet<>();

    /** @param counters that are away when these are to be */
    InMemoryBeats(InMemoryCounters counters) {
        this.counters = counters;
    }

    @Override
    public Future<Beaten> beat(Beating beating) {
        if (counters.away) {
            return Future.failedFuture("away");
        }
        if (ended.contains(beating.session())) {
            return Future.succeededFuture(new Beaten(Outcome.ENDED, count(beating.stream())));
        }
        users.put(beating.session(), beating.user());
        return Future.succeededFuture(new Beaten(Outcome.ALIVE, count(beating.stream())));
    }

    @Override
    public Future<Count> end(String stream, String session, String user) {
        if (counters.away) {
            return Future.failedFuture("away");
        }
        users.remove(session);
        ended.add(session);
        return Future.succeededFuture(count(stream));
    }

    @Override
    public Future<Swept> sweep(String stream) {
        return Future.succeededFuture(new Swept(0, 0, count(stream)));
    }

    private Count count(String stream) {
        return new Count(stream, Set.copyOf(users.values()).size(), users.size(), 0, 0, 1, 1, Mode.EXACT);
    }
}
