package io.headcount.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A famous streamer goes live: 100,000 viewers arrive at 25,000 a second on one stream, and on many. */
final class FlashScenario implements Scenario {
    private static final int ARRIVALS = 100_000;
    private static final int RATE = 25_000;
    private static final int MANY = 1_000;
    private static final double OLDEST_MILLIS = 2_000;

    @Override
    public String name() {
        return "flash";
    }

    @Override
    public String about() {
        return "100,000 viewers arrive at 25,000 a second on one stream, against the same on " + MANY;
    }

    @Override
    public void run(BenchRun run) throws Exception {
        for (int streams : new int[] {1, MANY}) {
            // A node of its own each, so that neither pays for what the other left.
            try (InjectedNodes nodes = InjectedNodes.start(1, Map.of("NODE_FLAGS", "-Xmx1500m"))) {
                measure(run, nodes, streams);
            }
        }
    }

    private static void measure(BenchRun run, InjectedNodes nodes, int streams) throws Exception {
        String where = streams == 1 ? "one stream" : streams + " streams";
        nodes.ask(0, "watch " + streams);
        // The code is to be warm, as it is when somebody becomes famous.
        nodes.ask(0, "churn 5000 " + (run.quick() ? 10 : 20) + " " + MANY + " 5000");
        BenchRun.hold(3);
        nodes.ask(0, "reset");
        ServerCpu cpu = new ServerCpu(List.of(nodes.pid()));
        Map<String, String> done = nodes.ask(0, "burst " + ARRIVALS + " " + RATE + " " + streams);
        long ended = System.nanoTime();
        run.figure(where + ": CPU a join, node", "us", (double) cpu.nodes() / ARRIVALS);
        run.figure(where + ": CPU a join, Redis masters", "us", (double) cpu.masters() / ARRIVALS);
        run.figure(where + ": arrived within", "s", Double.parseDouble(done.get("seconds")));
        run.limit(
                where + ": oldest count that viewers looked at meanwhile",
                "ms",
                OLDEST_MILLIS,
                null,
                Double.parseDouble(done.get("oldestMillis")));
        run.limit(
                where + ": streams whose count is not exact 10 s after",
                "",
                0.0,
                null,
                nodes.differences(nodes.nodes().get(0), ChurnScenario.truth(nodes), Duration.ofSeconds(10)));
        run.figure(
                where + ": exact after the last join (API, looked at every 0.25 s)",
                "s",
                (System.nanoTime() - ended) / 1e9);
        Map<String, String> status = nodes.ask(0, "status");
        run.limit(
                where + ": join until another viewer sees it, p99",
                "ms",
                OLDEST_MILLIS,
                null,
                Double.parseDouble(status.get("seenP99Millis")));
        run.figure(where + ": join until welcome, p99", "ms", Double.parseDouble(status.get("welcomeP99Millis")));
        nodes.ask(0, "close 20000");
        BenchRun.hold(3);
    }
}
