package io.headcount.reconciler;

import io.headcount.bus.Roster;
import io.headcount.model.Count;
import io.headcount.store.BeatStore;
import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.CounterStore.NodeReport;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Ends viewers without WebSocket who fell silent, on the streams that this keeper owns. A stream is swept while it has
 * such viewers, until all who ended are in the log, and once when it comes to this keeper: the one before may have died
 * between an end and its log entry.
 */
final class BeatSweeps {
    static final long INTERVAL_MILLIS = 2_000;
    private static final int READ_CHUNK = 200;

    private final Roster roster;
    private final CounterStore store;
    private final BeatStore beats;
    private final Consumer<Count> changed;
    /** Owned streams whose last sweep found nothing to do. */
    private final Set<String> settled = new HashSet<>();

    BeatSweeps(Roster roster, CounterStore store, BeatStore beats, Consumer<Count> changed) {
        this.roster = roster;
        this.store = store;
        this.beats = beats;
        this.changed = changed;
    }

    Future<Void> round() {
        return store.liveStreams().compose(streams -> {
            List<String> owned = streams.stream().filter(roster::owns).toList();
            settled.retainAll(new HashSet<>(owned));
            return chunks(owned, 0);
        });
    }

    private Future<Void> chunks(List<String> streams, int from) {
        if (from >= streams.size()) {
            return Future.succeededFuture();
        }
        return store.read(streams.subList(from, Math.min(streams.size(), from + READ_CHUNK)))
                .compose(this::sweepAll)
                .compose(done -> chunks(streams, from + READ_CHUNK));
    }

    private Future<Void> sweepAll(List<LiveStream> streams) {
        Future<Void> done = Future.succeededFuture();
        for (LiveStream stream : streams) {
            String id = stream.count().stream();
            long bySockets =
                    stream.nodes().stream().mapToLong(NodeReport::asserted).sum();
            if (stream.count().sessions() > bySockets || !settled.contains(id)) {
                Supplier<Future<Void>> step = () -> sweep(id);
                // Whatever became of the one before: the next round repeats it.
                done = done.transform(before -> step.get());
            }
        }
        return done;
    }

    private Future<Void> sweep(String stream) {
        settled.remove(stream);
        return beats.sweep(stream)
                .onSuccess(swept -> {
                    if (swept.ended() > 0) {
                        changed.accept(swept.count());
                    } else if (swept.logged() == 0) {
                        settled.add(stream);
                    }
                })
                .mapEmpty();
    }
}
