package io.headcount.chaos;

import io.headcount.chaos.Oracle.Regard;
import java.time.Duration;
import java.util.List;

/** What viewers do. */
final class ClientFaults {
    private static final int VANISHING = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private ClientFaults() {}

    static List<Fault> all() {
        return List.of(
                Fault.of(
                        "clients-vanish",
                        "a third of the clients (2,000) vanish without a packet",
                        "gone <= 50 s",
                        ClientFaults::vanish),
                Fault.of(
                        "clients-again",
                        "all clients reconnect at once",
                        "all back <= 60 s, nobody twice",
                        ClientFaults::again));
    }

    private static void vanish(Scene scene, Findings findings) {
        scene.oracle().regardCrowd(VANISHING, Regard.GOING);

        scene.crowds().process(VANISHING).pause();

        long at = System.nanoTime();
        findings.exact(findings.watch().awaitExact(at, PATIENCE), 50_000);
    }

    private static void again(Scene scene, Findings findings) {
        int open = scene.oracle().open();

        scene.crowds().again();

        long at = System.nanoTime();
        scene.settle(PATIENCE);
        long backMillis = (System.nanoTime() - at) / 1_000_000;
        findings.note(open + " connections; all welcomed again after " + Findings.seconds(backMillis));
        long exact = findings.watch().awaitExact(at, PATIENCE);
        findings.exact(exact < 0 ? exact : Math.max(backMillis, exact), 60_000);
        findings.check(
                scene.oracle().open() == open, "all back: " + scene.oracle().open() + " of " + open);
    }
}
