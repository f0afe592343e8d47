package io.headcount.gateway;

import io.headcount.bus.Message.SessionEvent;
import io.headcount.bus.Message.SessionEvents;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins and leaves on their way to the counters, in order, batched per counter. After a quiet time the first goes at
 * once; those that follow within {@code batchMillis} wait for each other.
 */
final class EventBatches {
    /** Where a batch goes. */
    interface Target {
        void send(int counter, SessionEvents events);
    }

    private final Loop loop;
    private final Target target;
    private final int batchMillis;
    private final int batchSize;
    private final Batch[] batches;

    EventBatches(int counters, int batchMillis, int batchSize, Loop loop, Target target) {
        this.loop = loop;
        this.target = target;
        this.batchMillis = batchMillis;
        this.batchSize = batchSize;
        this.batches = new Batch[counters];
        for (int i = 0; i < counters; i++) {
            batches[i] = new Batch(i, loop.nowMillis() - batchMillis);
        }
    }

    int counters() {
        return batches.length;
    }

    void add(int counter, SessionEvent event) {
        Batch batch = batches[counter];
        batch.events.add(event);
        long sinceFlush = loop.nowMillis() - batch.flushedAtMillis;
        if (batch.events.size() >= batchSize || sinceFlush >= batchMillis) {
            batch.flush();
        } else if (!batch.scheduled) {
            batch.scheduled = true;
            loop.after(batchMillis - sinceFlush, batch::scheduledFlush);
        }
    }

    /** Sends what is waiting for a counter now. */
    void flush(int counter) {
        batches[counter].flush();
    }

    void flushAll() {
        for (Batch batch : batches) {
            batch.flush();
        }
    }

    private final class Batch {
        private final int counter;
        private List<SessionEvent> events = new ArrayList<>();
        private long flushedAtMillis;
        private boolean scheduled;

        Batch(int counter, long flushedAtMillis) {
            this.counter = counter;
            this.flushedAtMillis = flushedAtMillis;
        }

        void scheduledFlush() {
            scheduled = false;
            flush();
        }

        void flush() {
            if (events.isEmpty()) {
                return;
            }
            SessionEvents message = new SessionEvents(events);
            events = new ArrayList<>();
            flushedAtMillis = loop.nowMillis();
            target.send(counter, message);
        }
    }
}
