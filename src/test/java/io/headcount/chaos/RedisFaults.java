package io.headcount.chaos;

import io.headcount.chaos.Oracle.Event;
import io.headcount.dev.EmbeddedRedisCluster;
import java.time.Duration;
import java.util.List;

/** What happens to Redis servers. */
final class RedisFaults {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration FAILOVER_WITHIN = Duration.ofSeconds(40);
    private static final int ALL_GONE_SECONDS = 60;

    private RedisFaults() {}

    static List<Fault> all() {
        return List.of(
                Fault.of(
                        "replica-killed",
                        "kill -9 a Redis replica",
                        "0 errors, count never wrong",
                        RedisFaults::replicaKilled),
                Fault.of(
                        "master-killed",
                        "kill -9 a Redis master",
                        "other shards p99 <= 100 ms; its own exact <= failover time + 8 s",
                        RedisFaults::masterKilled),
                Fault.of(
                        "master-back-empty",
                        "a master killed and back, empty, within 1 s",
                        "exact <= 10 s",
                        RedisFaults::masterBackEmpty),
                Fault.of(
                        "master-paused",
                        "SIGSTOP a master 17 s",
                        "no call waits above 1 s; exact <= 10 s after",
                        RedisFaults::masterPaused),
                Fault.of(
                        "redis-gone",
                        "all of Redis killed, back empty after 60 s",
                        "0 sockets dropped; degraded <= 3 s; exact <= 30 s",
                        RedisFaults::allGone));
    }

    private static void replicaKilled(Scene scene, Findings findings) {
        EmbeddedRedisCluster redis = scene.redis();
        scene.crowds().churn(40);
        int replica = RedisState.replicaOf(redis, redis.masters().get(0));

        redis.kill(replica);

        Scene.pause(scene.outage(15));
        findings.errorAtMost(0);
        scene.crowds().churn(0);
        long at = System.nanoTime();
        findings.exact(findings.watch().awaitExact(at, PATIENCE), 5_000);
        findings.errorAtMost(0);
        findings.noErrorsSeen();
        findings.check(findings.watch().unanswered() == 0, findings.watch().unanswered() + " questions unanswered");
    }

    private static void masterKilled(Scene scene, Findings findings) throws Exception {
        EmbeddedRedisCluster redis = scene.redis();
        int master = redis.masters().get(0);
        int replica = RedisState.replicaOf(redis, master);
        try (Probes probes = Probes.start(scene)) {
            Scene.pause(2_000);

            redis.kill(master);

            long at = System.nanoTime();
            long failover = RedisState.awaitMaster(redis, replica, at, FAILOVER_WITHIN);
            findings.check(failover >= 0, "a replica was promoted");
            findings.note("promoted after " + Findings.seconds(failover));
            Probes.Waits others = probes.waits(at, server -> server != master);
            Probes.Waits own = probes.waits(at, server -> server == master);
            findings.note("joins on other shards meanwhile: " + others);
            findings.note("on its own: " + own);
            findings.check(others.p99Millis() <= 100, "other shards' p99 within 100 ms: " + others.p99Millis());
            findings.exact(findings.watch().awaitExact(at, PATIENCE), failover + 8_000);
        }
    }

    private static void masterBackEmpty(Scene scene, Findings findings) {
        EmbeddedRedisCluster redis = scene.redis();
        int master = redis.masters().get(0);

        long at = System.nanoTime();
        redis.kill(master);
        redis.restart(master);

        long backMillis = (System.nanoTime() - at) / 1_000_000;
        findings.note("back after " + Findings.seconds(backMillis));
        findings.check(backMillis < 1_000, "back within 1 s");
        findings.exact(findings.watch().awaitExact(at, PATIENCE), 10_000);
        findings.check(findings.count(Event.LOST) == 0, "no socket dropped: " + findings.count(Event.LOST));
    }

    private static void masterPaused(Scene scene, Findings findings) throws Exception {
        EmbeddedRedisCluster redis = scene.redis();
        int master = redis.masters().get(0);
        long longest;
        try (Probes probes = Probes.start(scene)) {
            redis.pause(master);
            Scene.pause(17_000);
            longest = NodeMetrics.longestRedisCallMillis(scene);
            redis.resume(master);
            long at = System.nanoTime();
            findings.note("longest call to Redis " + longest + " ms");
            findings.check(longest <= 1_100, "no call waits above 1 s: " + longest + " ms");
            findings.exact(findings.watch().awaitExact(at, PATIENCE), 10_000);
            findings.note("joins on other shards meanwhile: " + probes.waits(0, server -> server != master));
        }
        findings.check(findings.count(Event.LOST) == 0, "no socket dropped: " + findings.count(Event.LOST));
    }

    private static void allGone(Scene scene, Findings findings) {
        EmbeddedRedisCluster redis = scene.redis();
        int open = scene.oracle().open();
        long at = System.nanoTime();
        for (int server = 0; server < redis.processes().size(); server++) {
            redis.kill(server);
        }
        Scene.pause(scene.outage(ALL_GONE_SECONDS));
        long degraded = findings.watch().degradedAfterMillis(at);
        findings.note("degraded after " + Findings.seconds(degraded));
        findings.check(degraded >= 0 && degraded <= 3_000, "degraded within 3 s: " + Findings.seconds(degraded));
        for (int server = 0; server < redis.processes().size(); server++) {
            redis.restart(server);
        }
        long back = System.nanoTime();
        findings.exact(findings.watch().awaitExact(back, Duration.ofMinutes(2)), 30_000);
        findings.check(
                findings.count(Event.LOST) == 0, "no socket dropped: " + findings.count(Event.LOST) + " of " + open);
    }
}
