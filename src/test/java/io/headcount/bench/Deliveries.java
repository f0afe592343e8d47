package io.headcount.bench;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long a count takes from the first viewer that sees it until all have seen it or a higher one; while counts rise
 * only. One thread.
 */
final class Deliveries {
    private static final class Delivery {
        private final long value;
        private final long sinceNanos = System.nanoTime();
        private int missing;

        private Delivery(long value, int missing) {
            this.value = value;
            this.missing = missing;
        }
    }

    private final List<Delivery> underWay = new ArrayList<>();
    private boolean watching;
    private int viewers;
    private long greatest;
    private int finished;
    private long slowestNanos;

    /** Watches what so many viewers hear, who saw these values last. */
    void begin(List<Long> values) {
        watching = true;
        viewers = values.size();
        greatest = values.stream().mapToLong(value -> value).max().orElse(-1);
        underWay.clear();
        finished = 0;
        slowestNanos = 0;
    }

    /** One of them saw {@code before} and sees {@code now}. */
    void heard(long before, long now) {
        if (!watching || now <= before) {
            return;
        }
        if (now > greatest) {
            greatest = now;
            underWay.add(new Delivery(now, viewers));
        }
        for (Iterator<Delivery> all = underWay.iterator(); all.hasNext(); ) {
            Delivery delivery = all.next();
            if (before < delivery.value && delivery.value <= now && --delivery.missing == 0) {
                slowestNanos = Math.max(slowestNanos, System.nanoTime() - delivery.sinceNanos);
                finished++;
                all.remove();
            }
        }
    }

    int finished() {
        return finished;
    }

    /** The slowest that reached all. */
    long slowestMillis() {
        return TimeUnit.NANOSECONDS.toMillis(slowestNanos);
    }

    /** The age of the oldest that has not. */
    long lateMillis() {
        return underWay.isEmpty() ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - underWay.get(0).sinceNanos);
    }
}
