package io.headcount.bench;

import io.headcount.dev.LocalNodes;
import io.headcount.dev.SharedServers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One run of {@code scripts/bench}: what scenarios need, and where their figures go. */
final class BenchRun {
    private final long startedNanos = System.nanoTime();
    private final boolean quick;
    private final List<Figure> figures = new ArrayList<>();
    private final List<Plot> plots = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private String scenario = "";

    BenchRun(boolean quick) {
        this.quick = quick;
    }

    /** Shorter holds and fewer repetitions. */
    boolean quick() {
        return quick;
    }

    void begin(Scenario next) {
        scenario = next.name();
        say("--- " + scenario + ": " + next.about());
    }

    /** A figure that is only told. */
    void figure(String metric, String unit, double... values) {
        limit(metric, unit, null, null, values);
    }

    /** A figure of which at most {@code asked} is allowed and {@code goal} is aimed at; both may be null. */
    void limit(String metric, String unit, Double asked, Double goal, double... values) {
        Figure figure = Figure.of(scenario, metric, unit, asked, goal, values);
        figures.add(figure);
        say("    " + metric + ": " + figure.value() + " " + unit
                + (asked == null ? "" : (figure.held() ? "  held" : "  NOT HELD") + " (asked " + asked + ")"));
    }

    /** What was not run, or what a reader has to know. */
    void note(String text) {
        notes.add(scenario + ": " + text);
        say("    note: " + text);
    }

    void plot(Plot plot) {
        plots.add(plot);
    }

    void say(String line) {
        System.out.println(String.format(Locale.ROOT, "%6.1f s  ", (System.nanoTime() - startedNanos) / 1e9) + line);
    }

    /** A node as scripts/run starts it, ready; to be closed by the caller. */
    LocalNodes node(Jdk jdk, Map<String, String> settings) {
        Map<String, String> environment = new TreeMap<>(settings);
        // The crowd asks for rates of its own; what is measured is the cost and not the admission.
        environment.putIfAbsent("HEADCOUNT_LIMITS_MAX_HANDSHAKES_PER_SECOND", "1000000");
        environment.put("JAVA_HOME", jdk.home().toString());
        return LocalNodes.start(LocalNodes.Options.forTests(1, environment));
    }

    /** The pids of all Redis servers. */
    List<Long> redisPids() {
        return SharedServers.redis().processes().stream()
                .map(process -> process.pid())
                .toList();
    }

    /** Lets so many seconds pass, in which something is measured. */
    static void hold(double seconds) throws InterruptedException {
        Thread.sleep((long) (seconds * 1_000));
    }

    List<Figure> figures() {
        return figures;
    }

    List<Plot> plots() {
        return plots;
    }

    List<String> notes() {
        return notes;
    }
}
