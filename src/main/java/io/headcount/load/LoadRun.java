package io.headcount.load;

import io.headcount.load.CrowdMessage.Phase;
import io.headcount.load.CrowdMessage.Progress;
import io.headcount.load.CrowdMessage.Truth;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** A load from the ramp to the report: ramp, churn, settle, compare, leave, compare again. */
final class LoadRun {
    private static final long RAMP_GRACE_MILLIS = 60_000;
    private static final long SETTLE_MILLIS = 20_000;
    private static final int MOST_DIFFERENCES_KEPT = 1_000;

    private final LoadSettings settings;
    private final LiveLine line;
    private final Verdict verdict;
    private final ErrorKinds errors = new ErrorKinds();
    private volatile boolean early;
    private Fleet fleet;
    private String phase = "ramp";

    LoadRun(LoadSettings settings, LiveLine line) {
        this.settings = settings;
        this.line = line;
        this.verdict = new Verdict(settings);
    }

    /** Ends ramp and steady state now; what is open is compared all the same. From any thread. */
    void endEarly() {
        early = true;
    }

    /**
     * Runs the load.
     *
     * @throws LoadException when it cannot be run
     */
    LoadReport run() throws LoadException, IOException, InterruptedException {
        verdict.preflight(line);
        try (Fleet started = new Fleet(settings.plans(), this::eachSecond)) {
            fleet = started;
            ramp();
            steady();
            settle();
            phase = "compare";
            Truth held = agree("");
            LoadReport before = report(held, fleet.total());
            if (settings.leaveOpen()) {
                return before;
            }
            leave();
            phase = "compare";
            Truth left = agree(" after");
            if (settings.verifyBooks()) {
                verdict.sessionRows(fleet.sessions(), this::waitABit);
            }
            return report(held, left.finished());
        }
    }

    private void ramp() throws LoadException, InterruptedException {
        long expectedMillis = (long) (settings.viewers() / settings.joinsPerSecond() * 1_000);
        if (!fleet.await(() -> early || fleet.reached(Phase.RAMP), expectedMillis + RAMP_GRACE_MILLIS)) {
            errors.add("the ramp did not end within a minute more than planned");
        }
    }

    private void steady() throws LoadException, InterruptedException {
        if (early) {
            return;
        }
        phase = "steady";
        fleet.say(new CrowdMessage.Churn());
        boolean unused = fleet.await(() -> early, settings.seconds() * 1_000L);
    }

    private void settle() throws LoadException, InterruptedException {
        phase = "settle";
        fleet.say(new CrowdMessage.Settle());
        if (!fleet.await(() -> fleet.reached(Phase.SETTLE), SETTLE_MILLIS)) {
            errors.add("joins and leaves did not settle within " + SETTLE_MILLIS / 1_000 + " s");
        }
    }

    private void leave() throws LoadException, InterruptedException {
        phase = "leave";
        double perSecond = Math.max(1_000, settings.joinsPerSecond() * 2);
        fleet.say(new CrowdMessage.Leave(perSecond / settings.plans().size()));
        long expectedMillis = (long) (fleet.total().open() / perSecond * 1_000);
        if (!fleet.await(() -> fleet.reached(Phase.LEAVE), expectedMillis + RAMP_GRACE_MILLIS)) {
            errors.add("the sockets did not close within a minute more than planned");
        }
    }

    /** Asks all again and again until they agree with the truth, or patience ends. */
    private Truth agree(String suffix) throws LoadException, InterruptedException {
        long start = System.nanoTime();
        long deadline = start + TimeUnit.SECONDS.toNanos(settings.patienceSeconds());
        while (true) {
            Truth truth = fleet.truth();
            long askedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            boolean last = System.nanoTime() > deadline;
            if (verdict.ask(truth, suffix, askedMillis, last ? errors : null) || last) {
                return truth;
            }
            waitABit();
        }
    }

    private void waitABit() throws LoadException, InterruptedException {
        boolean unused = fleet.await(() -> false, 200);
    }

    private void eachSecond() {
        line.show(phase, fleet.total(), fleet.takeLatest());
    }

    private LoadReport report(Truth held, Progress total) {
        return report(held, total.finished());
    }

    private LoadReport report(Truth held, long finished) {
        Progress total = fleet.total();
        ErrorKinds all = new ErrorKinds();
        all.addAll(total.errors());
        all.addAll(errors.counts());
        List<Difference> differences = verdict.differences();
        return new LoadReport(
                settings.common().seed(),
                settings.common().targets(),
                settings.common().streams(),
                held.streams().stream().mapToLong(StreamTruth::users).sum(),
                held.streams().stream().mapToLong(StreamTruth::sessions).sum(),
                total.joins(),
                total.leaves(),
                total.reconnects(),
                finished,
                total.counts(),
                percentiles(fleet.latencies()),
                verdict.exactAfterMillis(),
                differences.subList(0, Math.min(MOST_DIFFERENCES_KEPT, differences.size())),
                differences.size(),
                all.counts(),
                settings.expectLosses(),
                early);
    }

    private static Map<String, Double> percentiles(Histogram micros) {
        Map<String, Double> percentiles = new LinkedHashMap<>();
        percentiles.put("p50", micros.getValueAtPercentile(50) / 1e3);
        percentiles.put("p90", micros.getValueAtPercentile(90) / 1e3);
        percentiles.put("p99", micros.getValueAtPercentile(99) / 1e3);
        percentiles.put("p99.9", micros.getValueAtPercentile(99.9) / 1e3);
        percentiles.put("max", micros.getMaxValue() / 1e3);
        return percentiles;
    }
}
