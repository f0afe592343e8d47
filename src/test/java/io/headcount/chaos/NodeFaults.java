package io.headcount.chaos;

import io.headcount.chaos.Oracle.Regard;
import io.headcount.dev.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What happens to nodes. */
final class NodeFaults {
    private static final int KILLED = 2;
    private static final int PAUSED = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double CHURN_PER_SECOND = 60;

    private NodeFaults() {}

    static List<Fault> all() {
        return List.of(
                Fault.of("node-killed", "kill -9 a node", "exact <= 15 s", NodeFaults::killed),
                Fault.of(
                        "node-paused",
                        "SIGSTOP a node 25 s, SIGCONT",
                        "others exact <= 15 s, all exact <= 15 s after waking",
                        NodeFaults::paused),
                Fault.of(
                        "node-resumed-in-reap",
                        "a node resumed in the middle of being reaped",
                        "exact <= 15 s after waking",
                        NodeFaults::resumedInReap),
                Fault.of(
                        "rolling-restart",
                        "rolling restart of all nodes under load",
                        "dip <= 1 %, exact <= 15 s",
                        NodeFaults::rollingRestart));
    }

    private static void killed(Scene scene, Findings findings) {
        Watch watch = findings.watch();
        watch.excuse(KILLED);

        scene.node(KILLED).kill();

        long at = System.nanoTime();
        findings.exact(watch.awaitExact(at, PATIENCE), 15_000);
    }

    private static void paused(Scene scene, Findings findings) {
        Watch watch = findings.watch();
        watch.excuse(PAUSED);
        scene.oracle().regard(PAUSED, Regard.GOING);

        scene.node(PAUSED).pause();

        long at = System.nanoTime();
        // The hold of ten seconds is within the 25.
        findings.alsoExact("others", watch.awaitExact(at, Duration.ofSeconds(20)), 15_000);
        Scene.pause(Math.max(0, 25_000 - (System.nanoTime() - at) / 1_000_000));
        wake(scene, findings);
    }

    private static void resumedInReap(Scene scene, Findings findings) {
        findings.watch().excuse(PAUSED);
        scene.oracle().regard(PAUSED, Regard.GOING);
        String lease = "node:{" + scene.node(PAUSED).id() + "}";

        scene.node(PAUSED).pause();

        boolean dead = Scene.await(() -> dead(scene, lease), PATIENCE);
        findings.check(dead, "the paused node was recorded dead");
        wake(scene, findings);
    }

    private static boolean dead(Scene scene, String lease) {
        try {
            return String.valueOf(scene.redis().run("GET", lease)).endsWith(":dead");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void wake(Scene scene, Findings findings) {
        scene.oracle().regard(PAUSED, Regard.COMING);
        int open = scene.oracle().openAt(PAUSED);
        scene.node(PAUSED).resume();
        long woken = System.nanoTime();
        findings.watch().expect(PAUSED);
        findings.exact(findings.watch().awaitExact(woken, PATIENCE), 15_000);
        findings.note(
                open + " sockets on the node when it woke, " + scene.oracle().openAt(PAUSED) + " after");
    }

    private static void rollingRestart(Scene scene, Findings findings) {
        Watch watch = findings.watch();
        scene.crowds().churn(CHURN_PER_SECOND);
        for (int i = 0; i < Scene.NODES; i++) {
            NodeProcess node = scene.node(i);
            watch.excuse(i);
            long at = System.nanoTime();
            node.process().terminate();
            boolean stopped = node.process().awaitExit(Duration.ofSeconds(30));
            findings.check(stopped, node.id() + " stopped within 30 s");
            long stopMillis = (System.nanoTime() - at) / 1_000_000;
            node.restart();
            node.awaitReady(PATIENCE);
            findings.note(node.id() + " stopped in " + Findings.seconds(stopMillis) + ", ready again after "
                    + Findings.seconds((System.nanoTime() - at) / 1_000_000));
            watch.expect(i);
        }
        long at = System.nanoTime();
        scene.crowds().churn(0);
        findings.exact(watch.awaitExact(at, PATIENCE), 15_000);
        findings.note(String.format(Locale.ROOT, "largest dip %.2f %%", watch.worstDip() * 100));
        findings.check(
                watch.worstDip() <= 0.01,
                String.format(Locale.ROOT, "a dip of 1 %% at most: %.2f %%", watch.worstDip() * 100));
    }
}
