package io.headcount.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.management.UnixOperatingSystemMXBean;
import io.headcount.model.Ids;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code headcount load}: simulated viewers, and whether they were counted right. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = {
            "Holds many real WebSocket viewers, lets some come and go, and at the end compares what it knows to be"
                    + " true with what is counted, stream by stream.",
            "A viewer is a user; sockets are viewers x tabs. Ctrl-C ends early and still compares."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all counts were right, no error",
            "1:a difference or an error",
            "2:the load could not be made"
        })
public final class LoadCommand implements Callable<Integer> {
    private static final int MOST_SOCKETS_A_PROCESS = 18_000;
    private static final int SPARE_DESCRIPTORS = 1_000;
    private static final int CONNECTIONS_A_SOURCE = 3_500;
    private static final int TIME_WAIT_SECONDS = 60;
    private static final int MOST_SOURCES = 250;
    private static final long COMPARE_AFTER_SIGNAL_SECONDS = 120;

    @Option(names = "--viewers", paramLabel = "N", defaultValue = "1000", description = "Users to hold.")
    private int viewers;

    @Option(names = "--tabs", paramLabel = "MEAN", defaultValue = "1.2", description = "Mean sockets a user, 1 to 8.")
    private double tabs;

    @Option(names = "--streams", paramLabel = "N", defaultValue = "10", description = "Streams s1 to sN.")
    private int streams;

    @Option(
            names = "--stream-prefix",
            paramLabel = "TEXT",
            defaultValue = "s",
            description = "How the streams' ids begin; take another one to leave other viewers alone.")
    private String streamPrefix;

    @Option(
            names = "--zipf",
            paramLabel = "S",
            defaultValue = "1.0",
            description = "The k-th stream's audience is proportional to 1/k^S; 0: all alike.")
    private double zipf;

    @Option(
            names = "--churn",
            paramLabel = "R",
            defaultValue = "20",
            description = "Joins and leaves of users a second in the steady state, half of each.")
    private double churn;

    @Option(
            names = "--ramp",
            paramLabel = "SECONDS",
            description = "How long the joining takes (default: 1,000 users a second).")
    private Double rampSeconds;

    @Option(names = "--rate", paramLabel = "R", description = "Users joining a second, instead of --ramp.")
    private Double rate;

    @Option(names = "--seconds", paramLabel = "T", defaultValue = "30", description = "Length of the steady state.")
    private int seconds;

    @Option(
            names = "--abort",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of the leaves that reset the connection instead of closing it, 0 to 1.")
    private double abortShare;

    @Option(names = "--seed", paramLabel = "N", description = "Makes the same load again (default: from the clock).")
    private Long seed;

    @Option(
            names = "--target",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "Where to (default: all nodes in .run/headcount.json, else " + Targets.DEFAULT + ").")
    private List<String> targets = new ArrayList<>();

    @Option(names = "--allow-remote", description = "Allow targets that are not 127.0.0.0/8.")
    private boolean allowRemote;

    @Option(names = "--reconnect", description = "Lost sockets come back, at the next target; that is no error then.")
    private boolean reconnect;

    @Option(
            names = "--expect-losses",
            description = "Errors are told, but only differences fail the run: for tests with faults.")
    private boolean expectLosses;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long counts may take to be right once nobody moves.")
    private int patienceSeconds;

    @Option(
            names = "--auth-secret",
            paramLabel = "FILE",
            description = "Sign a token (HS256) for each socket with the secret in FILE, which is the nodes'"
                    + " auth.secret; without it users just say who they are (auth.mode: open).")
    private File authSecret;

    @Option(names = "--leave-open", description = "Do not close sockets in order at the end: they just break.")
    private boolean leaveOpen;

    @Option(
            names = "--verify-books",
            description = "Compare MySQL too (read only): current_viewers, and one row in user_sessions for each of"
                    + " the finished sessions.")
    private boolean verifyBooks;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the report there.")
    private File json;

    @Option(
            names = "--run-file",
            paramLabel = "FILE",
            defaultValue = ".run/headcount.json",
            description = "What scripts/run wrote.")
    private File runFile;

    @Option(names = "--sockets-a-process", hidden = true, defaultValue = "" + MOST_SOCKETS_A_PROCESS)
    private int socketsAProcess;

    /** Only the shell knows it for sure: {@code System.console()} means something else in each JDK. */
    @Option(names = "--terminal", hidden = true, description = "Write one line over and over.")
    private boolean terminal;

    private final PrintStream out = System.out;

    /**
     * What {@code scripts/load} starts.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new LoadCommand()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        LoadRun run;
        LiveLine line = new LiveLine(out, terminal);
        try {
            LoadSettings settings = settings();
            tell(settings, line);
            run = new LoadRun(settings, line);
        } catch (LoadException | IOException e) {
            return refused(e);
        }
        Signal signal = new Signal(run);
        Runtime.getRuntime().addShutdownHook(signal);
        try {
            LoadReport report = run.run();
            line.say(report.text());
            if (json != null) {
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json, report);
            }
            return signal.done(report.good() ? 0 : 1);
        } catch (LoadException | IOException e) {
            return signal.done(refused(e));
        } finally {
            signal.remove();
        }
    }

    private int refused(Exception e) {
        System.err.println("load: " + e.getMessage());
        return 2;
    }

    private void tell(LoadSettings settings, LiveLine line) {
        line.say(String.format(
                java.util.Locale.ROOT,
                "%,d viewers (about %,.0f sockets) on %d streams at %s, %.0f a second, then %d s with %.0f joins and leaves"
                        + " a second; %d process%s, seed %d",
                viewers,
                viewers * tabs,
                streams,
                settings.common().targets(),
                settings.joinsPerSecond(),
                seconds,
                churn,
                settings.plans().size(),
                settings.plans().size() == 1 ? "" : "es",
                settings.common().seed()));
    }

    private LoadSettings settings() throws LoadException, IOException {
        require(viewers >= 1 && viewers <= 5_000_000, "--viewers", "1 to 5000000");
        require(tabs >= 1 && tabs <= 8, "--tabs", "1 to 8");
        require(streams >= 1 && streams <= 100_000, "--streams", "1 to 100000");
        require(Ids.valid(streamPrefix + streams), "--stream-prefix", "the beginning of an id: " + Ids.RULE);
        require(zipf >= 0 && zipf <= 10, "--zipf", "0 to 10");
        require(churn >= 0 && churn <= 1_000_000, "--churn", "0 to 1000000");
        require(rampSeconds == null || rampSeconds > 0, "--ramp", "more than 0");
        require(rate == null || rate > 0, "--rate", "more than 0");
        require(rate == null || rampSeconds == null, "--ramp and --rate", "one of them");
        require(seconds >= 0, "--seconds", "0 or more");
        require(abortShare >= 0 && abortShare <= 1, "--abort", "0 to 1");
        require(patienceSeconds >= 0, "--patience", "0 or more");
        require(seed == null || seed >= 0, "--seed", "0 or more");
        requireSecret();
        JsonNode run = runFile.isFile() ? new ObjectMapper().readTree(runFile) : MissingNode.getInstance();
        return new LoadSettings(
                plans(Targets.resolve(targets, run, allowRemote)),
                seconds,
                patienceSeconds,
                leaveOpen,
                verifyBooks,
                expectLosses,
                run);
    }

    private void requireSecret() throws LoadException {
        try {
            if (authSecret != null) {
                Badges.signer(authSecret.toPath());
            }
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new LoadException("--auth-secret " + authSecret + ": " + e.getMessage());
        }
    }

    private List<CrowdPlan> plans(List<String> resolved) {
        int perProcess = (int) Math.min(Math.min(socketsAProcess, MOST_SOCKETS_A_PROCESS), descriptors());
        int crowds = (int) Math.max(1, Math.ceil(viewers * tabs / perProcess));
        double joins = rate != null ? rate : rampSeconds != null ? viewers / rampSeconds : 1_000;
        double socketsAndRemains = (viewers + churn * TIME_WAIT_SECONDS) * tabs / crowds;
        int sources = Targets.allLocal(resolved)
                ? (int) Math.min(MOST_SOURCES, 1 + Math.ceil(socketsAndRemains / CONNECTIONS_A_SOURCE))
                : 0;
        long chosenSeed = seed != null ? seed : System.currentTimeMillis() % 1_000_000;
        List<CrowdPlan> plans = new ArrayList<>();
        for (int i = 0; i < crowds; i++) {
            plans.add(new CrowdPlan(
                    i,
                    crowds,
                    viewers / crowds + (i < viewers % crowds ? 1 : 0),
                    joins / crowds,
                    churn / crowds,
                    tabs,
                    streams,
                    streamPrefix,
                    zipf,
                    chosenSeed,
                    resolved,
                    sources,
                    abortShare,
                    reconnect,
                    verifyBooks,
                    authSecret == null ? null : authSecret.getAbsolutePath()));
        }
        return plans;
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? Math.max(100, unix.getMaxFileDescriptorCount() - SPARE_DESCRIPTORS)
                : MOST_SOCKETS_A_PROCESS;
    }

    private static void require(boolean good, String option, String range) throws LoadException {
        if (!good) {
            throw new LoadException(option + " wants " + range);
        }
    }

    /** Ctrl-C: the JVM is on its way out, but waits for this thread, which waits for the comparison. */
    private static final class Signal extends Thread {
        private final LoadRun run;
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile int exitCode = 1;

        Signal(LoadRun run) {
            this.run = run;
        }

        int done(int code) {
            exitCode = code;
            done.countDown();
            return code;
        }

        void remove() {
            try {
                Runtime.getRuntime().removeShutdownHook(this);
            } catch (IllegalStateException e) {
                // The JVM is already on its way out, and this hook ends it with the right code.
                done.countDown();
            }
        }

        @Override
        public void run() {
            run.endEarly();
            try {
                if (!done.await(COMPARE_AFTER_SIGNAL_SECONDS, TimeUnit.SECONDS)) {
                    exitCode = 1;
                }
            } catch (InterruptedException e) {
                exitCode = 1;
            }
            System.out.flush();
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
