package io.headcount.chaos;

import io.headcount.chaos.Link.Passage;
import io.headcount.chaos.Link.Way;
import io.headcount.chaos.Oracle.Event;
import io.headcount.chaos.Oracle.Regard;
import java.time.Duration;
import java.util.List;

/** What happens to links. */
final class LinkFaults {
    private static final int CUT_OFF = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration REAPED_WITHIN = Duration.ofSeconds(25);
    private static final double CHURN_PER_SECOND = 60;
    private static final String PEERS = "there is no /proc here that says which process holds a socket";

    private LinkFaults() {}

    static List<Fault> all() {
        String asked = "its sockets kept; exact <= 10 s after";
        return List.of(
                Fault.of(
                        "node-without-redis",
                        "a node cut off from Redis only, then healed",
                        asked,
                        (scene, findings) -> withoutRedis(scene, findings, Passage.HELD, Way.values())),
                Fault.of(
                        "node-to-redis-dropped",
                        "one direction of a node's links to Redis dropped: what it says",
                        asked,
                        (scene, findings) -> withoutRedis(scene, findings, Passage.LOST, Way.TO_SERVER)),
                Fault.of(
                        "redis-to-node-dropped",
                        "one direction of a node's links to Redis dropped: what it hears",
                        asked,
                        (scene, findings) -> withoutRedis(scene, findings, Passage.LOST, Way.TO_CLIENT)),
                Fault.of(
                                "node-without-nodes",
                                "a node cut off from the other nodes only",
                                "error 0",
                                LinkFaults::withoutNodes)
                        .needs(SocketOwner.available(), PEERS),
                Fault.of(
                                "bus-dropped",
                                "all event-bus messages dropped 60 s",
                                "exact within a reconcile round (5 s)",
                                LinkFaults::busDropped)
                        .needs(SocketOwner.available(), PEERS));
    }

    private static void withoutRedis(Scene scene, Findings findings, Passage passage, Way... ways) {
        Watch watch = findings.watch();
        watch.excuse(CUT_OFF);
        scene.oracle().regard(CUT_OFF, Regard.GOING);
        int open = scene.oracle().openAt(CUT_OFF);

        long at = System.nanoTime();
        for (Way way : ways) {
            scene.network().toRedis(CUT_OFF).forEach(link -> link.set(way, passage));
        }

        long others = watch.awaitExact(at, REAPED_WITHIN);
        findings.alsoExact("the others, without it,", others, 15_000);
        long degraded = watch.degradedAfterMillis(CUT_OFF, at);
        findings.note("it says degraded after " + Findings.seconds(degraded));
        findings.check(
                degraded >= 0 && degraded <= 3_500, "the node says degraded within 3 s: " + Findings.seconds(degraded));
        scene.oracle().regard(CUT_OFF, Regard.COMING);
        scene.network().toRedis(CUT_OFF).forEach(Link::heal);
        long healed = System.nanoTime();
        watch.expect(CUT_OFF);
        findings.exact(watch.awaitExact(healed, PATIENCE), 10_000);
        findings.check(
                findings.count(Event.LOST) == 0, "its sockets kept: " + findings.count(Event.LOST) + " of " + open);
    }

    private static void withoutNodes(Scene scene, Findings findings) {
        scene.crowds().churn(CHURN_PER_SECOND);

        scene.network().toPeers(CUT_OFF).forEach(link -> link.set(Passage.LOST));

        Scene.pause(scene.outage(30));
        findings.note("cut: " + view(scene));
        scene.network().toPeers(CUT_OFF).forEach(Link::heal);
        boolean together = Scene.await(scene::together, PATIENCE);
        findings.check(together, "the nodes see each other again within a minute");
        scene.crowds().churn(0);
        long at = System.nanoTime();
        findings.exact(findings.watch().awaitExact(at, PATIENCE), 5_000);
        findings.errorAtMost(0);
        findings.noErrorsSeen();
    }

    private static String view(Scene scene) {
        return scene.together() ? "every node still counts three nodes" : "not every node counts three nodes";
    }

    private static void busDropped(Scene scene, Findings findings) {
        scene.crowds().churn(CHURN_PER_SECOND);

        scene.network().bus().forEach(link -> link.set(Passage.LOST));

        Scene.pause(scene.outage(60));
        scene.crowds().churn(0);
        long at = System.nanoTime();
        findings.exact(findings.watch().awaitExact(at, PATIENCE), 5_000);
        findings.note(view(scene));
        findings.noErrorsSeen();
        scene.network().bus().forEach(Link::heal);
    }
}
