package io.headcount.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EmbeddedRedisClusterIT {
    private static final Duration WHOLE_AGAIN = Duration.ofSeconds(30);

    @Test
    void servesAllSlotsWithThreeMastersAndTheContractsSettings() throws Exception {
        EmbeddedRedisCluster redis = SharedServers.redis();

        assertThat(redis.endpoints()).hasSize(6).doesNotHaveDuplicates();
        assertThat(redis.masters()).hasSize(3);
        for (String key : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
            int master = redis.masterOf(key);
            assertThat(redis.call(master, "SET", key, "1")).isEqualTo("OK");
            assertThat(redis.call(master, "GET", key)).isEqualTo("1");
        }
        assertThat(setting(redis, "maxmemory-policy")).isEqualTo("noeviction");
        assertThat(setting(redis, "cluster-require-full-coverage")).isEqualTo("no");
        assertThat(setting(redis, "lazyfree-lazy-expire")).isEqualTo("yes");
        assertThat(setting(redis, "bind")).isEqualTo("127.0.0.1");
    }

    @Test
    void replacesAMasterThatWasKilledAndTakesItBackAsAReplica() throws Exception {
        try (EmbeddedRedisCluster redis = startOwn("killed-master")) {
            int first = redis.masterOf("key");
            redis.call(first, "SET", "key", "value");
            redis.call(first, "WAIT", "1", "1000");

            redis.kill(first);

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> redis.masters().size() == 3 && redis.masterOf("key") != first);
            int second = redis.masterOf("key");
            assertThat(redis.call(second, "GET", "key")).isEqualTo("value");

            redis.restart(first);
            redis.awaitHealthy(WHOLE_AGAIN);
            assertThat(redis.role(first)).isEqualTo("slave");
            assertThat(redis.masterOf("key")).isEqualTo(second);
        }
    }

    @Test
    void replacesAMasterThatIsPaused() {
        try (EmbeddedRedisCluster redis = startOwn("paused-master")) {
            int first = redis.masterOf("key");

            redis.pause(first);

            await().atMost(Duration.ofSeconds(20)).until(() -> redis.masterOf("key") != first);

            redis.resume(first);
            redis.awaitHealthy(WHOLE_AGAIN);
            assertThat(redis.role(first)).isEqualTo("slave");
        }
    }

    @Test
    void keepsItsDataWhenItIsStartedAgainOnOtherPorts() throws Exception {
        var folder = SharedServers.newFolder("moved");
        try (EmbeddedRedisCluster redis = EmbeddedRedisCluster.start(persistent(folder))) {
            for (int i = 0; i < 30; i++) {
                redis.call(redis.masterOf("key" + i), "SET", "key" + i, "value" + i);
            }
        }

        try (EmbeddedRedisCluster moved = EmbeddedRedisCluster.start(persistent(folder))) {
            List<Object> values =
                    IntStream.range(0, 30).mapToObj(i -> get(moved, "key" + i)).toList();
            assertThat(values)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 30).mapToObj(i -> "value" + i).toList());
        }
    }

    private static Object get(EmbeddedRedisCluster redis, String key) {
        try {
            return redis.call(redis.masterOf(key), "GET", key);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static EmbeddedRedisCluster startOwn(String name) {
        return EmbeddedRedisCluster.start(EmbeddedRedisCluster.Options.forTests(SharedServers.newFolder(name)));
    }

    private static EmbeddedRedisCluster.Options persistent(java.nio.file.Path folder) {
        return new EmbeddedRedisCluster.Options(folder, folder, Ports.pick(6), Ports.pick(6), 2_000, true, "KILL");
    }

    private static Object setting(EmbeddedRedisCluster redis, String name) throws Exception {
        return ((List<?>) redis.call(0, "CONFIG", "GET", name)).get(1);
    }
}
