package io.headcount.load;

import io.headcount.load.CrowdMessage.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How it goes, once a second: one line that is written over on a terminal, plain lines elsewhere. */
final class LiveLine {
    private final PrintStream out;
    private final boolean terminal;
    private final long startNanos = System.nanoTime();
    private long lastNanos = startNanos;
    private Progress last = new Progress(0, 0, 0, 0, 0, 0, 0, 0, java.util.Map.of(), "");
    private int lastLength;

    LiveLine(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Shows the state. */
    void show(String phase, Progress now, Histogram latencies) {
        long nanos = System.nanoTime();
        double seconds = Math.max(0.1, (nanos - lastNanos) / 1e9);
        long errors = now.errors().values().stream().mapToLong(Long::longValue).sum();
        String line = String.format(
                Locale.ROOT,
                "%4d s %-7s open %,d (opening %,d) joins %,.0f/s leaves %,.0f/s counts %,.0f/s welcome p50 %.1f p99 %.1f ms errors %,d",
                TimeUnit.NANOSECONDS.toSeconds(nanos - startNanos),
                phase,
                now.open(),
                now.opening(),
                (now.joins() - last.joins()) / seconds,
                (now.leaves() - last.leaves()) / seconds,
                (now.counts() - last.counts()) / seconds,
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3,
                errors);
        last = now;
        lastNanos = nanos;
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, lastLength - line.length())));
            lastLength = line.length();
        } else {
            out.println(line);
        }
        out.flush();
    }

    /** Says something on a line of its own. */
    void say(String text) {
        out.println((terminal && lastLength > 0 ? "\n" : "") + text);
        lastLength = 0;
        out.flush();
    }
}
