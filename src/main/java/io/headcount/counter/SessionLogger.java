package io.headcount.counter;

import io.headcount.model.FinishedSession;
import io.headcount.model.Session;
import io.headcount.store.CounterStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Brings finished sessions to the session log, and says so: log first, then leave. A record stays here until Redis
 * acknowledged it; what waits is bounded by the sessions of this node.
 */
final class SessionLogger {
    private static final int MOST_RECORDS = 2_000;
    private static final long RETRY_MILLIS = 200;
    /** One call at a time would let no more than {@link #MOST_RECORDS} leave in a round trip, however long that takes. */
    private static final int MOST_CALLS = 4;
    /** A second call is worth its round trip from so many records on; fewer wait for the first to come back. */
    private static final int WORTH_A_CALL = 250;

    private final Later later;
    private final CounterStore store;
    private final Consumer<Session> onLogged;
    private final Counter logged;
    private final Counter failures;
    private final Deque<Ended> waiting = new ArrayDeque<>();
    private int calls;

    SessionLogger(Later later, CounterStore store, MeterRegistry metrics, Consumer<Session> onLogged) {
        this.later = later;
        this.store = store;
        this.onLogged = onLogged;
        this.logged = Counter.builder("headcount.counter.sessions.logged")
                .description("finished sessions that the session log acknowledged")
                .register(metrics);
        this.failures = Counter.builder("headcount.counter.log.failures")
                .description("writes to the session log that failed and are tried again")
                .register(metrics);
    }

    void add(Session session, FinishedSession record) {
        waiting.add(new Ended(session, record));
        flush();
    }

    int waiting() {
        return waiting.size();
    }

    boolean idle() {
        return waiting.isEmpty() && calls == 0;
    }

    private void flush() {
        while (calls < MOST_CALLS && waiting.size() >= (calls == 0 ? 1 : WORTH_A_CALL)) {
            calls++;
            log(next());
        }
    }

    private List<Ended> next() {
        List<Ended> batch = new ArrayList<>(Math.min(MOST_RECORDS, waiting.size()));
        while (!waiting.isEmpty() && batch.size() < MOST_RECORDS) {
            batch.add(waiting.poll());
        }
        return batch;
    }

    private void log(List<Ended> batch) {
        store.log(batch.stream().map(Ended::record).toList())
                .onSuccess(done -> {
                    calls--;
                    logged.increment(batch.size());
                    batch.forEach(ended -> onLogged.accept(ended.session()));
                    flush();
                })
                .onFailure(failure -> {
                    failures.increment();
                    // Some of it may be in the log: the books take a session once, however often it is logged.
                    for (int i = batch.size() - 1; i >= 0; i--) {
                        waiting.addFirst(batch.get(i));
                    }
                    later.run(RETRY_MILLIS, () -> {
                        calls--;
                        flush();
                    });
                });
    }

    private record Ended(Session session, FinishedSession record) {}
}
