package io.headcount.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Nodes whose wall clock is wrong: a library before libc's adds to it, for the whole process, Hazelcast included. */
final class ClockFaults {
    private static final int OFF_SECONDS = 120;
    private static final int AHEAD = 1;
    private static final int BEHIND = 2;
    private static final double CHURN_PER_SECOND = 60;

    private ClockFaults() {}

    static List<Fault> all() {
        return List.of(Fault.of(
                        "clock-off", "clocks off by 120 s: one node ahead, another behind", "error 0", ClockFaults::off)
                .needs(compiler(), "there is no C compiler (cc) here, which the injected clock needs"));
    }

    private static void off(Scene scene, Findings findings) throws IOException, InterruptedException {
        Path library = compile(scene.options().folder());
        // Preparation, not yet the fault: a node's clock can only be set where it starts.
        scene.relaunch(Map.of(AHEAD, shifted(library, OFF_SECONDS), BEHIND, shifted(library, -OFF_SECONDS)));
        findings.begin();
        scene.crowds().churn(CHURN_PER_SECOND);

        Scene.pause(scene.outage(30));

        scene.crowds().churn(0);
        long at = System.nanoTime();
        findings.exact(findings.watch().awaitExact(at, Duration.ofMinutes(1)), 5_000);
        findings.errorAtMost(0);
        findings.noErrorsSeen();
        for (int node : new int[] {AHEAD, BEHIND}) {
            long off = NodeMetrics.clockOffSeconds(scene, node);
            findings.note(scene.node(node).id() + "'s first line of log, from its start, after " + off + " s");
            findings.check(Math.abs(off) > OFF_SECONDS / 2, "the clock is off");
        }
    }

    private static Map<String, String> shifted(Path library, int seconds) {
        return Map.of("LD_PRELOAD", library.toString(), "WALL_CLOCK_OFFSET_SECONDS", Integer.toString(seconds));
    }

    private static boolean compiler() {
        try {
            return new ProcessBuilder("cc", "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Path compile(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("wall-clock.c");
        Path library = folder.resolve("wall-clock.so");
        try (InputStream in = ClockFaults.class.getResourceAsStream("wall-clock.c")) {
            Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
        }
        Process compiler = new ProcessBuilder(
                        "cc", "-shared", "-fPIC", "-O2", "-o", library.toString(), source.toString())
                .inheritIO()
                .start();
        if (!compiler.waitFor(60, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
            throw new IOException("the injected clock cannot be compiled");
        }
        return library;
    }
}
