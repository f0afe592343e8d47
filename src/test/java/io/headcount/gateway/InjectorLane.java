package io.headcount.gateway;

import io.headcount.model.EndCause;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The injected viewers of one event loop. Touched on it only. */
final class InjectorLane {
    private static final int TICK_MILLIS = 5;
    private static final int SLOT_MILLIS = 20;
    private static final int SLOTS = 16_384;

    private final SessionRegistry registry;
    private final Loop loop;
    private final Sightings sightings;
    private final AtomicLong opened;
    private final AtomicLong closed;
    private final AtomicLong lost;
    private final Random random = new Random();
    /** By the time of their leave; the last place is of those who stay. */
    private final List<List<Injected>> leaving = new ArrayList<>();

    private final List<Injected> staying = new ArrayList<>();
    private int slot;
    private long slotAtMillis;

    InjectorLane(GatewayVerticle instance, Sightings sightings, AtomicLong opened, AtomicLong closed, AtomicLong lost) {
        this.registry = instance.registry();
        this.loop = instance.loop();
        this.sightings = sightings;
        this.opened = opened;
        this.closed = closed;
        this.lost = lost;
        for (int i = 0; i < SLOTS; i++) {
            leaving.add(new ArrayList<>(0));
        }
    }

    SessionRegistry registry() {
        return registry;
    }

    Loop loop() {
        return loop;
    }

    Sightings sightings() {
        return sightings;
    }

    Random random() {
        return random;
    }

    void lost() {
        lost.incrementAndGet();
    }

    /** Opens one that stays. */
    void open(String stream, String user, Injected viewer) {
        registry.open(stream, user, viewer);
        staying.add(viewer);
        opened.incrementAndGet();
    }

    /** Opens one that leaves after a while. */
    void open(String stream, String user, Injected viewer, long millis) {
        registry.open(stream, user, viewer);
        int ahead = (int) Math.max(1, Math.min(SLOTS - 1, millis / SLOT_MILLIS));
        leaving.get((slot + ahead) % SLOTS).add(viewer);
        opened.incrementAndGet();
    }

    /** Calls back with the time since the call before, until it answers false; those whose time is over leave. */
    void run(java.util.function.DoublePredicate generator, Runnable ended) {
        slotAtMillis = loop.nowMillis();
        long[] last = {System.nanoTime()};
        Runnable[] step = new Runnable[1];
        step[0] = () -> {
            long now = System.nanoTime();
            double seconds = (now - last[0]) / 1e9;
            last[0] = now;
            leaveDue();
            if (generator.test(seconds)) {
                loop.after(TICK_MILLIS, step[0]);
            } else {
                ended.run();
            }
        };
        loop.run(step[0]);
    }

    private void leaveDue() {
        long now = loop.nowMillis();
        while (now - slotAtMillis >= SLOT_MILLIS) {
            slotAtMillis += SLOT_MILLIS;
            slot = (slot + 1) % SLOTS;
            List<Injected> due = leaving.set(slot, new ArrayList<>(0));
            due.forEach(this::close);
        }
    }

    private void close(Injected viewer) {
        registry.close(viewer, EndCause.CLOSED);
        closed.incrementAndGet();
    }

    /** Closes up to so many; false when none is left. */
    boolean closeSome(int most) {
        int left = most;
        for (List<Injected> some : leaving) {
            while (left > 0 && !some.isEmpty()) {
                close(some.remove(some.size() - 1));
                left--;
            }
        }
        while (left > 0 && !staying.isEmpty()) {
            close(staying.remove(staying.size() - 1));
            left--;
        }
        return left == 0;
    }

    void forEach(Consumer<Injected> action) {
        leaving.forEach(some -> some.forEach(action));
        staying.forEach(action);
    }

    /** A Poisson variate. */
    int poisson(double mean) {
        if (mean > 30) {
            return (int) Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
        }
        double limit = Math.exp(-mean);
        int count = -1;
        for (double product = 1; product > limit; product *= random.nextDouble()) {
            count++;
        }
        return Math.max(0, count);
    }
}
