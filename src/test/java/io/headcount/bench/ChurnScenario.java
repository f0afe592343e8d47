package io.headcount.bench;

import io.headcount.bench.InjectedNodes.Count;
import io.headcount.dev.SharedServers;
import io.headcount.gateway.Population;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins and leaves a second, steady: sessions injected where sockets are, with everything that follows. Poisson arrivals,
 * Zipf streams, log-normal watch times, several tabs a user and users who come back. Each rate runs until as many leave
 * as come, and then for the time that is measured.
 */
final class ChurnScenario implements Scenario {
    private static final int STREAMS = 1_000;
    /** Open at a time: what comes in so many seconds, and no more than so many. */
    private static final int MEAN_SECONDS = 8;

    private static final int MOST_OPEN = 50_000;
    private static final double SEEN_WITHIN_MILLIS = 1_000;
    private static final double SEEN_AT_PEAK_WITHIN_MILLIS = 2_000;
    private static final double BOOKS_WITHIN_SECONDS = 60;

    private record Rate(String label, int events, double askedMillis) {}

    private static final List<Rate> RATES = List.of(
            new Rate("L1", 2_222, SEEN_WITHIN_MILLIS),
            new Rate("L2", 6_600, SEEN_WITHIN_MILLIS),
            new Rate("L3", 25_000, SEEN_AT_PEAK_WITHIN_MILLIS));

    private static final Rate GOAL = new Rate("goal", 40_000, Double.NaN);

    @Override
    public String name() {
        return "churn";
    }

    @Override
    public String about() {
        return "2,222, 6,600 and 25,000 joins and leaves a second: time until others see them, CPU, exactness, books";
    }

    @Override
    public void run(BenchRun run) throws Exception {
        try (InjectedNodes nodes = InjectedNodes.start(1, Map.of("NODE_FLAGS", "-Xmx1500m"))) {
            nodes.ask(0, "watch " + STREAMS);
            for (Rate rate : RATES) {
                measure(run, nodes, rate);
            }
            measure(run, nodes, GOAL);
            end(run, nodes);
        }
    }

    private static void measure(BenchRun run, InjectedNodes nodes, Rate rate) throws Exception {
        int hold = run.quick() ? 20 : 60;
        // Log-normal with sigma 1: after three means 93 % of those who came at the beginning have gone.
        int warm = 3 * MEAN_SECONDS;
        nodes.ask(0, churn(rate.events, warm));
        nodes.ask(0, "reset");
        Stages stages = Stages.record(Jdk.running(), nodes.pid());
        ServerCpu cpu = new ServerCpu(List.of(nodes.pid()));
        Map<String, String> done = nodes.ask(0, churn(rate.events, hold));
        double joins = Double.parseDouble(done.get("joins"));
        double events = Double.parseDouble(done.get("eventsASecond"));
        figures(run, rate, events, joins, cpu, stages.shares());
        Map<String, String> status = nodes.ask(0, "status");
        Double asked = Double.isNaN(rate.askedMillis) ? null : rate.askedMillis;
        run.limit(
                rate.label + ": join until another viewer sees it, p99",
                "ms",
                asked,
                null,
                Double.parseDouble(status.get("seenP99Millis")));
        run.figure(rate.label + ": the same, median", "ms", Double.parseDouble(status.get("seenP50Millis")));
        run.figure(rate.label + ": join until welcome, p99", "ms", Double.parseDouble(status.get("welcomeP99Millis")));
        run.limit(
                rate.label + ": streams whose count is not exact 10 s after",
                "",
                asked == null ? null : 0.0,
                null,
                nodes.differences(nodes.nodes().get(0), truth(nodes), Duration.ofSeconds(10)));
    }

    private static void figures(
            BenchRun run, Rate rate, double events, double joins, ServerCpu cpu, Map<String, Double> shares) {
        // What is asked is at most; a rate is to be at least: so the part that is missing.
        double missing = Math.max(0, 1 - events / rate.events);
        run.limit(
                rate.label + ": part of " + rate.events + " events/s that was not reached",
                "share",
                Double.isNaN(rate.askedMillis) ? null : 0.03,
                null,
                missing);
        double node = cpu.nodes() / joins;
        run.figure(rate.label + ": joins and leaves a second", "1/s", events);
        run.figure(rate.label + ": CPU a join (and its leave), node", "us", node);
        shares.forEach((stage, share) -> run.figure(rate.label + ": CPU a join, node, " + stage, "us", node * share));
        run.figure(rate.label + ": CPU a join, Redis masters", "us", cpu.masters() / joins);
        run.figure(rate.label + ": CPU a join, Redis replicas", "us", cpu.replicas() / joins);
        run.figure(rate.label + ": CPU a join, MySQL", "us", cpu.mysql() / joins);
    }

    private static String churn(int events, int seconds) {
        return "churn " + events + " " + seconds + " " + STREAMS + " " + Math.min(MOST_OPEN, events / 2 * MEAN_SECONDS);
    }

    /** All go; the books have each of them. */
    private static void end(BenchRun run, InjectedNodes nodes) throws Exception {
        nodes.ask(0, "close 20000");
        long ended = System.nanoTime();
        long finished = Long.parseLong(nodes.ask(0, "status").get("closed"));
        Map<String, Count> none = new HashMap<>();
        for (int stream = 0; stream < STREAMS; stream++) {
            none.put(Population.name(stream), new Count(0, 0));
        }
        run.limit(
                "streams that are not empty 10 s after all have left",
                "",
                0.0,
                null,
                nodes.differences(nodes.nodes().get(0), none, Duration.ofSeconds(10)));
        long rows = rows();
        while (rows < finished && System.nanoTime() - ended < 120_000_000_000L) {
            BenchRun.hold(0.5);
            rows = rows();
        }
        run.limit("sessions that the books lack or have twice", "", 0.0, null, (double) Math.abs(finished - rows));
        run.limit(
                "books complete after the last leave",
                "s",
                BOOKS_WITHIN_SECONDS,
                null,
                (System.nanoTime() - ended) / 1e9);
    }

    private static long rows() throws SQLException {
        try (Connection connection = SharedServers.mysql().connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT COUNT(*) FROM user_sessions WHERE stream_id LIKE 'bench-%'")) {
            row.next();
            return row.getLong(1);
        }
    }

    static Map<String, Count> truth(InjectedNodes nodes) throws Exception {
        Path file = Files.createTempFile("headcount-truth", ".txt").toAbsolutePath();
        try {
            nodes.ask(0, "truth " + file);
            Map<String, Count> truth = new HashMap<>();
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ", -1);
                truth.put(words[0], new Count(Long.parseLong(words[1]), Long.parseLong(words[2])));
            }
            return truth;
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
