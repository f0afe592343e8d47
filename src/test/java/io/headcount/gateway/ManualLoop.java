package io.headcount.gateway;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A loop whose time is turned by hand. */
final class ManualLoop implements Loop {
    private record Timer(long atMillis, Runnable task) {}

    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
    private final List<Timer> timers = new ArrayList<>();
    private long now = 1_000_000;

    @Override
    public long nowMillis() {
        return now;
    }

    @Override
    public void run(Runnable task) {
        ready.add(task);
    }

    @Override
    public void after(long millis, Runnable task) {
        timers.add(new Timer(now + millis, task));
    }

    /** Runs what is waiting, at the present time. */
    void settle() {
        while (!ready.isEmpty()) {
            ready.poll().run();
        }
    }

    /** Lets time pass without running anything: the process was stopped. */
    void pause(long millis) {
        now += millis;
    }

    void pass(long millis) {
        long until = now + millis;
        while (true) {
            settle();
            Timer next = timers.stream()
                    .filter(timer -> timer.atMillis <= until)
                    .min(Comparator.comparingLong(Timer::atMillis))
                    .orElse(null);
            if (next == null) {
                now = until;
                return;
            }
            timers.remove(next);
            now = Math.max(now, next.atMillis);
            next.task.run();
        }
    }
}
