package io.headcount.store.redis;

import static io.headcount.store.redis.Routers.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.dev.SharedServers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One-time tokens in a real cluster. */
class RedisUsedTokensIT {
    private static final Script USE = Script.load("use");
    private static Vertx vertx;
    private static RedisRouter router;
    private static RedisUsedTokens used;

    private final String id = "it-" + System.nanoTime();

    @BeforeAll
    static void open() throws Exception {
        vertx = Vertx.vertx();
        router = await(RedisRouter.open(
                vertx, Routers.config(SharedServers.redis().endpoints(), Map.of()), new SimpleMeterRegistry()));
        used = new RedisUsedTokens(router);
    }

    @AfterAll
    static void close() throws Exception {
        await(router.close());
        await(vertx.close());
    }

    @Test
    void letsOneOfManyUseAToken() throws Exception {
        List<Future<Boolean>> uses = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            uses.add(used.use(id, 60_000));
        }

        int first = 0;
        for (Future<Boolean> use : uses) {
            first += await(use) ? 1 : 0;
        }

        assertThat(first).isEqualTo(1);
        assertThat(await(router.write(
                                "jti:{" + id + "}", Request.cmd(Command.PTTL).arg("jti:{" + id + "}")))
                        .toLong())
                .isBetween(1L, 60_000L);
    }

    @Test
    void givesTheSameAnswerToACallThatIsRepeatedBecauseItsConnectionBroke() throws Exception {
        List<String> keys = List.of("jti:{" + id + "}");

        assertThat(await(router.script(USE, keys, List.of("once", "60000"))).toLong())
                .isEqualTo(1);
        assertThat(await(router.script(USE, keys, List.of("once", "60000"))).toLong())
                .isEqualTo(1);
        assertThat(await(router.script(USE, keys, List.of("twice", "60000"))).toLong())
                .isZero();
    }

    @Test
    void forgetsATokenWhenItsLifeIsOver() throws Exception {
        assertThat(await(used.use(id, 50))).isTrue();

        Awaitility.await().until(() -> await(used.use(id, 60_000)));
    }
}
