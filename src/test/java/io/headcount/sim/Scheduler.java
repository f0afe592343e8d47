package io.headcount.sim;

import java.util.PriorityQueue;

/** Virtual time: events in the order of their time, those of one moment in the order in which they were scheduled. */
final class Scheduler {
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long now;
    private long scheduled;
    private long lastFaultyArrival;

    /** Milliseconds since the simulation began. */
    long now() {
        return now;
    }

    void at(long time, Runnable task) {
        events.add(new Event(Math.max(now, time), scheduled++, task));
    }

    void after(long millis, Runnable task) {
        at(now + millis, task);
    }

    /** Notes that something late will still happen then: before that no quiet begins. */
    void unquietUntil(long time) {
        lastFaultyArrival = Math.max(lastFaultyArrival, time);
    }

    long quietFrom() {
        return lastFaultyArrival;
    }

    void runUntil(long time) {
        while (!events.isEmpty() && events.peek().time <= time) {
            Event event = events.poll();
            now = event.time;
            event.task.run();
        }
        now = time;
    }

    private record Event(long time, long order, Runnable task) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(order, other.order);
        }
    }
}
