package io.headcount.bench;

import io.headcount.dev.LocalNodes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Idle viewers of one process: heap, resident memory, CPU. */
final class SocketsScenario implements Scenario {
    static final int SOCKETS = 19_000;
    private static final int WARM_UP = 1_000;
    private static final int OPEN_A_SECOND = 2_500;
    private static final int MOST_SETTLING_WINDOWS = 12;
    private static final double SETTLED_WITHIN = 0.15;
    private static final double HEAP_KILOBYTES = 4;
    private static final double RESIDENT_KILOBYTES = 5;
    private static final double CPU_MICROS_A_SECOND = 1.5;

    @Override
    public String name() {
        return "sockets";
    }

    @Override
    public String about() {
        return "heap, resident memory and CPU of an idle viewer; 19,000 sockets on one stream and on 1,000";
    }

    @Override
    public void run(BenchRun run) throws Exception {
        measure(run, Jdk.running(), 1);
        measure(run, Jdk.running(), 1_000);
        Jdk newer = Jdk.newer();
        if (newer == null) {
            run.note("JDK 25 not run: none found (JAVA25_HOME, /usr/lib/jvm, /opt)");
        } else {
            measure(run, newer, 1);
            measure(run, newer, 1_000);
        }
    }

    private static void measure(BenchRun run, Jdk jdk, int streams) throws Exception {
        String where = " (" + jdk.label() + ", " + (streams == 1 ? "1 stream" : "1,000 streams") + ")";
        double heapGoal = jdk.version() >= 25 ? 2.0 : 2.5;
        // A budget that leaves next to nothing for counts: what is asked is the cost of an idle viewer, its pings and
        // its heartbeats. What counts cost is the scenario fanout.
        try (LocalNodes nodes = run.node(jdk, Map.of("HEADCOUNT_PUSH_MESSAGES_PER_SECOND", "100"));
                Helper crowd = Helper.crowd(nodes.get(0).ports().http())) {
            long pid = nodes.get(0).pid();
            crowd.ask("open " + WARM_UP + " " + streams + " " + OPEN_A_SECOND);
            crowd.ask("close");
            double idle = settled(run, pid);
            long liveBefore = jdk.liveBytes(pid);
            long residentBefore = Proc.residentBytes(pid);
            double redisIdle = median(windows(run, run.redisPids(), 1));

            Map<String, String> opened = crowd.ask("open " + SOCKETS + " " + streams + " " + OPEN_A_SECOND);
            run.say("    opened " + opened);
            long open = crowd.status("open");
            if (open < SOCKETS) {
                throw new IOException("only " + open + " of " + SOCKETS + " sockets are open: " + opened);
            }
            BenchRun.hold(10);
            long live = jdk.liveBytes(pid);
            long resident = Proc.residentBytes(pid);
            run.limit("heap" + where, "KB/viewer", HEAP_KILOBYTES, heapGoal, kilobytes(live - liveBefore));
            run.limit("resident" + where, "KB/socket", RESIDENT_KILOBYTES, null, kilobytes(resident - residentBefore));
            run.figure("resident before sockets" + where, "MB", residentBefore / 1e6);

            long redis = Proc.cpuMicros(run.redisPids());
            long began = System.nanoTime();
            double[] busy = windows(run, List.of(pid), run.quick() ? 2 : 6);
            double seconds = (System.nanoTime() - began) / 1e9;
            double redisMicros = (Proc.cpuMicros(run.redisPids()) - redis) / seconds;
            double[] cpu = new double[busy.length];
            double[] whole = new double[busy.length];
            for (int i = 0; i < busy.length; i++) {
                cpu[i] = (busy[i] - idle) / SOCKETS;
                whole[i] = busy[i] / SOCKETS;
            }
            run.figure("CPU of the whole node" + where, "us/s/viewer", whole);
            if (median(cpu) <= 0) {
                throw new IOException("the node used no more CPU with its sockets (" + median(busy)
                        + " us/s) than before them (" + idle + "): the machine or the node was not at rest" + where);
            }
            run.limit("CPU" + where, "us/s/viewer", CPU_MICROS_A_SECOND, null, cpu);
            run.figure("CPU of six Redis" + where, "us/s/viewer", (redisMicros - redisIdle) / SOCKETS);
            run.plot(plot("idle CPU, microseconds a second and viewer" + where, cpu));
            crowd.ask("close");
        }
    }

    /**
     * CPU of a node without sockets, in microseconds a second, once it has come to rest: for a while after the warm-up
     * the JIT compiles and the books are written, and a baseline with that in it would make viewers look cheap.
     */
    private static double settled(BenchRun run, long pid) throws IOException, InterruptedException {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < MOST_SETTLING_WINDOWS; i++) {
            double now = windows(run, List.of(pid), 1)[0];
            if (i > 0 && Math.abs(now - least) <= SETTLED_WITHIN * least) {
                return Math.min(now, least);
            }
            least = Math.min(least, now);
        }
        throw new IOException("the node without sockets did not come to rest: at least " + least + " us/s");
    }

    /** CPU in microseconds a second, in windows of ten seconds; they begin at any phase of pings (20 s). */
    private static double[] windows(BenchRun run, List<Long> pids, int count) throws InterruptedException {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            long cpu = Proc.cpuMicros(pids);
            long began = System.nanoTime();
            BenchRun.hold(10);
            values[i] = (Proc.cpuMicros(pids) - cpu) / ((System.nanoTime() - began) / 1e9);
        }
        run.say(String.format(Locale.ROOT, "    CPU of %d process(es): %.0f us/s", pids.size(), median(values)));
        return values;
    }

    private static Plot plot(String title, double[] values) {
        List<Double> seconds = new ArrayList<>();
        List<Double> line = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            seconds.add((i + 1) * 10.0);
            line.add(values[i]);
        }
        return new Plot(title, List.of("node"), seconds, List.of(line));
    }

    private static double median(double[] values) {
        return Figure.of("", "", "", null, null, values).value();
    }

    private static double kilobytes(long bytes) {
        return bytes / 1_024.0 / SOCKETS;
    }
}
