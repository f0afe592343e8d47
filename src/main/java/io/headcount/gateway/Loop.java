package io.headcount.gateway;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;

/** The event loop as the pure classes of this package see it, so that tests can turn time by hand. */
public interface Loop {
    /** Monotonic time in milliseconds; only differences mean anything. */
    long nowMillis();

    /** Runs {@code task} on the loop after what is already waiting, I/O included. */
    void run(Runnable task);

    /** Runs {@code task} on the loop once, after so many milliseconds. */
    void after(long millis, Runnable task);

    /** A real one. */
    static Loop of(EventExecutor executor) {
        return new Loop() {
            @Override
            public long nowMillis() {
                return System.nanoTime() / 1_000_000;
            }

            @Override
            public void run(Runnable task) {
                executor.execute(task);
            }

            @Override
            @SuppressWarnings("FutureReturnValueIgnored") // a task that throws is reported by the task itself
            public void after(long millis, Runnable task) {
                executor.schedule(task, millis, TimeUnit.MILLISECONDS);
            }
        };
    }
}
