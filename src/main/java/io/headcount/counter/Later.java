package io.headcount.counter;

/** Runs a task once, after a time, on the event loop that asks; a function so that the simulator's clock can be it. */
interface Later {
    void run(long millis, Runnable task);
}
