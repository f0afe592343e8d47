package io.headcount.store;

import io.vertx.core.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * {@link StreamEnds} that remembers what it was told, so that a crowd of joins asks Redis once a stream and half a
 * minute. News of ends and reopenings (from the bus) are to be handed to {@link #note}.
 */
public final class KnownEnds implements StreamEnds {
    static final long LIFE_MILLIS = 30_000;
    static final int MOST = 50_000;

    private final StreamEnds source;
    private final LongSupplier monotonicMillis;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(boolean ended, long untilMillis) {}

    public KnownEnds(StreamEnds source, LongSupplier monotonicMillis) {
        this.source = source;
        this.monotonicMillis = monotonicMillis;
    }

    /** Takes note of what became of a stream. From any thread. */
    public void note(String stream, boolean ended) {
        if (known.size() >= MOST) {
            long now = monotonicMillis.getAsLong();
            known.values().removeIf(one -> one.untilMillis <= now);
            if (known.size() >= MOST) {
                known.clear();
            }
        }
        known.put(stream, new Known(ended, monotonicMillis.getAsLong() + LIFE_MILLIS));
    }

    @Override
    public Future<Void> end(String stream, long atMillis) {
        note(stream, true);
        return source.end(stream, atMillis);
    }

    @Override
    public Future<Void> reopen(String stream) {
        return source.reopen(stream).onSuccess(done -> note(stream, false));
    }

    @Override
    public Future<Boolean> ended(String stream) {
        Known one = known.get(stream);
        if (one != null && monotonicMillis.getAsLong() < one.untilMillis) {
            return Future.succeededFuture(one.ended);
        }
        return source.ended(stream).onSuccess(ended -> note(stream, ended));
    }
}
