package io.headcount.counter;

import io.headcount.bus.Ledger;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.Count;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.NodeLease;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The real counter and the owner's real board, for the simulator, which lives in another package. */
public final class CountingRig {
    private final Counting counting;
    private final CountBoard board;

    /** @param later runs a task after so many milliseconds */
    public CountingRig(
            HeadcountConfig config,
            Roster roster,
            CounterStore store,
            NodeLease lease,
            Ledger ledger,
            MeterRegistry metrics,
            Consumer<Count> counts,
            BiFunction<Integer, Message.SocketsWanted, Future<Message.Sockets>> gateways,
            BiConsumer<Long, Runnable> later,
            LongSupplier monotonicMillis) {
        Counting.Ways ways = new Counting.Ways(
                (gateway, admitted) -> {},
                counts,
                gateways,
                (millis, task) -> later.accept(millis, task),
                monotonicMillis,
                monotonicMillis.getAsLong());
        counting = new Counting(config, 0, roster, store, lease, new SharedClock(), ledger, metrics, ways);
        board = new CountBoard(config.push().intervalMillis(), config.push().lifeSignMillis());
    }

    public void tick() {
        counting.tick();
    }

    public void beat() {
        counting.beat();
    }

    public void onEvents(Message.SessionEvents events) {
        counting.onEvents(events);
    }

    public void onCensus(Message.Census census) {
        counting.onCensus(census);
    }

    public void onVerify(Message.Verify verify) {
        counting.onVerify(verify);
    }

    public Future<Void> announce() {
        return counting.announce();
    }

    public void announceAll() {
        counting.announceAll();
    }

    /** Whether this counter thinks that all is in Redis and in the log. */
    public boolean settled() {
        return counting.settled();
    }

    public void offer(Count count, long now) {
        board.offer(count, now);
    }

    public List<Count> changes(long now) {
        return board.changes(now);
    }

    public List<Count> signsOfLife(long now) {
        return board.signsOfLife(now);
    }

    public List<String> stale(long now) {
        return board.stale(now);
    }

    public void offer(CounterStore.LiveStream stream, long now) {
        board.offer(stream.count(), Set.of(), now);
    }

    public void watch(List<String> streams, java.util.function.Predicate<String> owned, long now) {
        board.retain(owned);
        streams.stream().filter(owned).forEach(stream -> board.watch(stream, now));
    }
}
