package io.headcount.store.redis;

import io.headcount.model.Ids;
import io.headcount.store.UsedTokens;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * {@link UsedTokens} in Redis, a key with a TTL a token. The router repeats a call whose connection broke: a random text
 * a use tells such a repetition from a second use.
 */
public final class RedisUsedTokens implements UsedTokens {
    private static final Script USE = Script.load("use");

    private final RedisRouter router;

    public RedisUsedTokens(RedisRouter router) {
        this.router = router;
    }

    @Override
    public Future<Boolean> use(String id, long lifeMillis) {
        String once = Long.toString(ThreadLocalRandom.current().nextLong(), Character.MAX_RADIX);
        return router.script(
                        USE,
                        List.of(Keys.usedToken(Ids.require("id", id))),
                        List.of(once, Long.toString(Math.max(1, lifeMillis))))
                .map(reply -> reply.toLong() == 1);
    }
}
