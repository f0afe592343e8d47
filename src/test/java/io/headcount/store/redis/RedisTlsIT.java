package io.headcount.store.redis;

import static io.headcount.store.redis.Routers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.dev.Certificates;
import io.headcount.dev.EmbeddedRedisCluster;
import io.headcount.dev.EmbeddedSentinel;
import io.headcount.dev.EmbeddedStandaloneRedis;
import io.headcount.dev.Ports;
import io.headcount.dev.SharedServers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Encrypted connections and an ACL user, to Redis servers that are real ones, in all modes. */
class RedisTlsIT {
    private static final String USER = "user headcount on >a-long-password ~* &* +@all\n";

    private static Certificates certificates;
    private static Certificates strangers;
    private static Vertx vertx;

    private EmbeddedStandaloneRedis standalone;

    @BeforeAll
    static void makeCertificates() {
        certificates = Certificates.make("redis=127.0.0.1", "elsewhere=redis.example", "node=127.0.0.1");
        strangers = Certificates.make("redis=127.0.0.1");
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() throws Exception {
        await(vertx.close());
    }

    @AfterEach
    void stop() {
        if (standalone != null) {
            standalone.close();
        }
    }

    @Test
    void speaksToAStandaloneRedisThatAsksForACertificate() throws Exception {
        int port = Ports.pick();
        standalone = EmbeddedStandaloneRedis.forTests(certificates.ofRedis("redis", port, true) + USER);
        Map<String, Object> config = Map.of(
                "mode",
                "standalone",
                "tlsCertFile",
                certificates.certificate("node"),
                "tlsKeyFile",
                certificates.key("node"));

        worksWith(port, config);

        assertThatThrownBy(() -> open(port, Map.of("mode", "standalone")))
                .cause()
                .isInstanceOf(RedisUnavailableException.class);
    }

    @Test
    void refusesARedisThatSomebodyElseVouchesFor() {
        int port = Ports.pick();
        standalone = EmbeddedStandaloneRedis.forTests(strangers.ofRedis("redis", port, false) + USER);
        assertThatThrownBy(() -> open(port, Map.of("mode", "standalone")))
                .cause()
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("127.0.0.1:" + port);
    }

    @Test
    void refusesACertificateForAnotherHostUnlessToldNotToLook() throws Exception {
        int port = Ports.pick();
        standalone = EmbeddedStandaloneRedis.forTests(certificates.ofRedis("elsewhere", port, false) + USER);
        assertThatThrownBy(() -> open(port, Map.of("mode", "standalone")))
                .cause()
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("127.0.0.1");

        worksWith(port, Map.of("mode", "standalone", "tlsVerifyHost", false));
    }

    @Test
    void speaksToAClusterAsOneOfItsUsers() throws Exception {
        List<Integer> ports = Ports.pick(EmbeddedRedisCluster.SIZE);
        try (EmbeddedRedisCluster redis = EmbeddedRedisCluster.start(
                EmbeddedRedisCluster.Options.forTests(SharedServers.newFolder("tls-cluster")),
                server -> certificates.ofRedis("redis", ports.get(server), false)
                        + "tls-cluster yes\ntls-replication yes\n" + USER)) {
            RedisRouter router = open(ports.get(4), Map.of());

            for (String key : List.of("one:{a}", "two:{b}", "three:{c}", "four:{d}")) {
                await(router.write(key, Request.cmd(Command.SET).arg(key).arg("value")));
                assertThat(redis.run("GET", key)).isEqualTo("value");
                Awaitility.await()
                        .until(() -> "value"
                                .equals(String.valueOf(await(router.read(
                                        key, Request.cmd(Command.GET).arg(key))))));
            }
            await(router.close());
        }
    }

    @Test
    void speaksToSentinelsAndTheirMaster() throws Exception {
        EmbeddedSentinel.Tls tls = new EmbeddedSentinel.Tls(
                Ports.pick(EmbeddedSentinel.SIZE),
                Ports.pick(EmbeddedSentinel.SIZE),
                port -> certificates.ofRedis("redis", port, false) + "tls-replication yes\n" + USER);
        try (EmbeddedSentinel redis = EmbeddedSentinel.start(EmbeddedSentinel.Options.forTests(), tls)) {
            Map<String, Object> config = Map.of(
                    "mode", "sentinel",
                    "sentinels", redis.sentinelEndpoints(),
                    "masterName", EmbeddedSentinel.MASTER_NAME,
                    "sentinelUser", "headcount",
                    "sentinelPassword", "a-long-password");

            worksWith(redis.port(0), config);

            assertThat(redis.call(redis.master(), "GET", "key:{1}")).isEqualTo("value");
        }
    }

    private static void worksWith(int port, Map<String, Object> more) throws Exception {
        RedisRouter router = open(port, more);
        await(router.write("key:{1}", Request.cmd(Command.SET).arg("key:{1}").arg("value")));
        assertThat(router.reachable()).isTrue();
        await(router.close());
    }

    private static RedisRouter open(int port, Map<String, Object> more) throws Exception {
        Map<String, Object> config = new HashMap<>(Map.of(
                "tls",
                true,
                "tlsCaFile",
                certificates.ca(),
                "user",
                "headcount",
                "password",
                "a-long-password",
                "connectTimeoutMillis",
                3_000));
        config.putAll(more);
        return await(RedisRouter.open(
                vertx, Routers.config(List.of("127.0.0.1:" + port), config), new SimpleMeterRegistry()));
    }
}
