package io.headcount.gateway;

import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.LiveStream;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the counts of streams whose owner is silent: one call at a time, at most so many streams a call. */
final class OwnerlessReads {
    /** Between two calls. */
    static final int INTERVAL_MILLIS = 1_000;

    private static final int MOST_STREAMS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(OwnerlessReads.class);

    private final SessionRegistry registry;
    private final CounterStore store;
    private boolean reading;

    OwnerlessReads(SessionRegistry registry, CounterStore store) {
        this.registry = registry;
        this.store = store;
    }

    void tick() {
        List<String> streams = reading ? List.of() : registry.ownerless(MOST_STREAMS);
        if (streams.isEmpty()) {
            return;
        }
        reading = true;
        store.read(streams).onComplete(read -> {
            reading = false;
            if (read.succeeded()) {
                registry.read(read.result().stream().map(LiveStream::count).toList());
            } else {
                // The viewers are told by the age of their counts; Redis' absence is reported by those who write.
                LOG.debug("counts of streams without an owner could not be read", read.cause());
            }
        });
    }
}
