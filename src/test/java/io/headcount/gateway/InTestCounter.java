package io.headcount.gateway;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message.Admitted;
import io.headcount.bus.Message.SessionEvent;
import io.headcount.bus.Message.SessionEvents;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.Mode;
import io.headcount.model.Session;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** The gateway's neighbour on the bus: counts the sessions that it is told of, and admits them at once. */
final class InTestCounter {
    final List<SessionEvent> events = new CopyOnWriteArrayList<>();
    final Map<String, Session> open = new ConcurrentHashMap<>();
    volatile boolean admitting = true;
    private final AtomicLong asOf = new AtomicLong(1_000_000);
    private final Bus bus;
    private volatile boolean recording = true;

    InTestCounter(Vertx vertx, int instances) {
        bus = Bus.of(vertx);
        for (int i = 0; i < instances; i++) {
            bus.consumeLocal(Addresses.SESSION_EVENTS.at(i), this::take);
        }
    }

    /** For tests with many sockets, where the events themselves would weigh. */
    InTestCounter withoutRecord() {
        recording = false;
        return this;
    }

    private void take(SessionEvents batch) {
        for (SessionEvent event : batch.events()) {
            Session session = event.session();
            if (recording) {
                events.add(event);
            }
            if (event.opened()) {
                open.put(session.id(), session);
                if (admitting) {
                    admit(session);
                }
            } else {
                open.remove(session.id());
            }
        }
    }

    void admit(Session session) {
        bus.sendLocal(
                Addresses.ADMITTED.at(session.gateway()),
                new Admitted(List.of(session), count(session.stream(), open.size(), Mode.EXACT)));
    }

    Count count(String stream, long viewers, Mode mode) {
        long now = asOf.incrementAndGet();
        return new Count(stream, viewers, viewers, viewers, now, now, now, mode);
    }

    List<EndCause> ends() {
        return events.stream()
                .filter(event -> !event.opened())
                .map(SessionEvent::cause)
                .toList();
    }
}
