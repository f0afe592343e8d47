package io.headcount.counter;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.model.Count;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sends the newest count of each stream to the stream's owner, gathered for a few milliseconds. */
final class CountOutlet {
    private static final long GATHER_MILLIS = 5;

    private final Vertx vertx;
    private final Bus bus;
    private final Roster roster;
    private final Map<String, Count> waiting = new LinkedHashMap<>();

    CountOutlet(Vertx vertx, Bus bus, Roster roster) {
        this.vertx = vertx;
        this.bus = bus;
        this.roster = roster;
    }

    void offer(Count count) {
        if (waiting.isEmpty()) {
            vertx.setTimer(GATHER_MILLIS, timer -> flush());
        }
        waiting.merge(count.stream(), count, (known, fresh) -> fresh.newerThan(known) ? fresh : known);
    }

    private void flush() {
        Map<String, List<Count>> byOwner = new HashMap<>();
        for (Count count : waiting.values()) {
            String owner = roster.owner(count.stream());
            if (owner != null) {
                byOwner.computeIfAbsent(owner, unknown -> new ArrayList<>()).add(count);
            }
        }
        waiting.clear();
        byOwner.forEach((owner, counts) ->
                bus.send(Addresses.OWNER.at(owner), new Message.Counts(roster.self(), List.copyOf(counts))));
    }
}
