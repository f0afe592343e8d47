package io.headcount.store.redis;

import static io.headcount.store.redis.Routers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.dev.ChildProcess;
import io.headcount.dev.Ports;
import io.headcount.dev.ServerBinaries;
import io.headcount.dev.SharedServers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One Redis that is no cluster and asks for a user and a password. */
class StandaloneRedisIT {
    private static final Script APPEND = Script.load("it_append");
    private static final Script GET = Script.load("it_get");

    private final int port = Ports.pick();
    private final Path folder = SharedServers.newFolder("standalone");
    private Vertx vertx;
    private ChildProcess server;

    @BeforeEach
    void start() throws IOException {
        server = startServer();
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
        server.kill();
    }

    @Test
    void takesEverythingWithoutAClusterCommand() throws Exception {
        RedisRouter router = open("reader", "a-long-password");

        await(router.script(APPEND, List.of("one:{a}"), List.of("x")));
        await(router.write("two:{b}", Request.cmd(Command.SET).arg("two:{b}").arg("value")));

        assertThat(await(router.readScript(GET, List.of("two:{b}"), List.of()))).hasToString("value");
        assertThat(await(router.read("one:{a}", Request.cmd(Command.LLEN).arg("one:{a}")))
                        .toInteger())
                .isEqualTo(1);
        assertThat(router.reachable()).isTrue();
        await(router.close());
    }

    @Test
    void saysSoWhenThePasswordIsWrong() {
        assertThatThrownBy(() -> open("reader", "another-password"))
                .cause()
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("WRONGPASS")
                .hasMessageContaining("127.0.0.1:" + port);
    }

    @Test
    void saysSoWhenAPasswordIsMissing() {
        assertThatThrownBy(() -> open("", ""))
                .cause()
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("NOAUTH");
    }

    @Test
    void findsARestartedServerAgainAndSaysThatDataMayBeLost() throws Exception {
        RedisRouter router = open("reader", "a-long-password");
        AtomicInteger changes = new AtomicInteger();
        router.onLoss(keys -> changes.incrementAndGet());

        server.kill();
        Awaitility.await().until(() -> !router.reachable());
        server = startServer();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(router::reachable);
        assertThat(changes).hasValue(1);
        await(router.script(APPEND, List.of("one"), List.of("x")));
        await(router.close());
    }

    private RedisRouter open(String user, String password) throws Exception {
        Map<String, Object> more =
                Map.of("mode", "standalone", "user", user, "password", password, "connectTimeoutMillis", 2_000);
        return await(
                RedisRouter.open(vertx, Routers.config(List.of("127.0.0.1:" + port), more), new SimpleMeterRegistry()));
    }

    private ChildProcess startServer() throws IOException {
        Path file = Files.writeString(folder.resolve("redis.conf"), """
                port %d
                bind 127.0.0.1
                save ""
                user default off
                user reader on >a-long-password ~* &* +@all
                """.formatted(port));
        return ChildProcess.start(new ChildProcess.Spec(
                "standalone-redis",
                List.of(ServerBinaries.redisServer().toString(), file.toString()),
                folder,
                Map.of(),
                folder.resolve("redis.log"),
                "KILL"));
    }
}
