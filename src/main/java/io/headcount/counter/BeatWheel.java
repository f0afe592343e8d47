package io.headcount.counter;

import io.headcount.bus.Ledger;
import io.headcount.model.Incarnation;
import io.headcount.model.Session;
import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.Beat;
import io.headcount.store.CounterStore.BeatResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Reports every stream once a beat and renews its sessions' heartbeats, a quarter of them each time, spread over the
 * beat by the stream's hash. What is reported and what Redis answers is how lost data is found within a beat.
 */
final class BeatWheel {
    /** Sessions are renewed every so many beats: 20 s at the default of 5. */
    private static final int PHASES = 4;

    /** Keys live for 600 s: with 160 s from one renewal to the next, three may fail. */
    private static final int ROUNDS_PER_RENEWAL = 8;

    private static final int TICKS_PER_BEAT = 50;
    /** A stream without sessions keeps its batch number for so long, until no late call can be on its way. */
    private static final long FORGET_MILLIS = 120_000;

    private final Assertions assertions;
    private final CounterStore store;
    private final Ledger ledger;
    private final Consumer<BeatResult> onAnswer;
    private final LongSupplier monotonicMillis;
    private final Counter beats;
    private final Counter failures;
    private final Map<StreamState, Long> idleSince = new HashMap<>();
    private long tick;

    BeatWheel(
            Assertions assertions,
            CounterStore store,
            MeterRegistry metrics,
            Ledger ledger,
            LongSupplier monotonicMillis,
            Consumer<BeatResult> onAnswer) {
        this.assertions = assertions;
        this.store = store;
        this.ledger = ledger;
        this.monotonicMillis = monotonicMillis;
        this.onAnswer = onAnswer;
        this.beats = Counter.builder("headcount.counter.heartbeats")
                .description("session heartbeats renewed")
                .register(metrics);
        this.failures = Counter.builder("headcount.counter.beat.failures")
                .description("reports and heartbeats whose call failed; the next beat repeats them")
                .register(metrics);
    }

    /** How long a tick is for a beat of so many milliseconds. */
    static long tickMillis(int beatMillis) {
        return Math.max(1, beatMillis / TICKS_PER_BEAT);
    }

    void tick() {
        long now = tick++;
        int slot = (int) (now % TICKS_PER_BEAT);
        int phase = (int) (now / TICKS_PER_BEAT % PHASES);
        Incarnation life = assertions.incarnation();
        if (life == null) {
            return;
        }
        List<StreamState> due = new ArrayList<>();
        for (StreamState state : assertions.all()) {
            if (Math.floorMod(state.stream().hashCode(), TICKS_PER_BEAT) == slot) {
                due.add(state);
            }
        }
        long round = now / TICKS_PER_BEAT / PHASES;
        due.forEach(state -> beat(state, life, phase, round));
    }

    private void beat(StreamState state, Incarnation life, int phase, long round) {
        List<Session> sessions = state.inPhase(phase, PHASES);
        boolean turn = Math.floorMod(round + state.stream().hashCode() / TICKS_PER_BEAT, ROUNDS_PER_RENEWAL) == 0;
        boolean renewKeys = turn || state.takeRenewal();
        boolean forget = idleLongEnough(state);
        int from = 0;
        do {
            int to = Math.min(sessions.size(), from + CounterStore.MAX_BATCH);
            send(
                    state,
                    new Beat(
                            state.stream(),
                            life,
                            state.sockets(),
                            state.seen(),
                            sessions.subList(from, to),
                            renewKeys,
                            forget));
            from = to;
        } while (from < sessions.size());
    }

    private void send(StreamState state, Beat beat) {
        long version = state.version();
        long doubts = state.doubts();
        store.beat(beat)
                .onSuccess(result -> {
                    beats.increment(beat.sessions().size());
                    state.beaten(result, version);
                    state.missing(result.missing(), doubts);
                    if (state.isSuspect()) {
                        assertions.suspect(state, "beat");
                    }
                    if (beat.forget() && state.idle() && state.version() == version) {
                        idleSince.remove(state);
                        assertions.forget(state);
                    }
                    if (result.restored() > 0) {
                        // Where users were lost their tabs may be, too.
                        state.renewNext(PHASES);
                        tellRestored(beat, result);
                    }
                    onAnswer.accept(result);
                })
                .onFailure(failure -> failures.increment());
    }

    /** Users of ours that the stream's set had lost: the beat put them back. */
    private void tellRestored(Beat beat, BeatResult result) {
        long viewers = result.count().viewers();
        ledger.tell(
                beat.stream(),
                beat.incarnation().toString(),
                viewers - result.restored(),
                viewers,
                result.restored(),
                0,
                "users_missing",
                0);
    }

    private boolean idleLongEnough(StreamState state) {
        if (!state.idle()) {
            idleSince.remove(state);
            return false;
        }
        long now = monotonicMillis.getAsLong();
        return now - idleSince.computeIfAbsent(state, unknown -> now) > FORGET_MILLIS;
    }
}
