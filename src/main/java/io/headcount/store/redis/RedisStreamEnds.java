package io.headcount.store.redis;

import io.headcount.store.StreamEnds;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;

/** {@link StreamEnds} in Redis: a key with a TTL a stream that ended; read from replicas where that is possible. */
public final class RedisStreamEnds implements StreamEnds {
    private final RedisRouter router;

    public RedisStreamEnds(RedisRouter router) {
        this.router = router;
    }

    @Override
    public Future<Void> end(String stream, long atMillis) {
        String key = Keys.streamEnd(stream);
        return router.write(
                        key,
                        Request.cmd(Command.SET)
                                .arg(key)
                                .arg(atMillis)
                                .arg("PX")
                                .arg(KEPT_MILLIS))
                .mapEmpty();
    }

    @Override
    public Future<Void> reopen(String stream) {
        String key = Keys.streamEnd(stream);
        return router.write(key, Request.cmd(Command.DEL).arg(key)).mapEmpty();
    }

    @Override
    public Future<Boolean> ended(String stream) {
        String key = Keys.streamEnd(stream);
        return router.read(key, Request.cmd(Command.EXISTS).arg(key)).map(reply -> reply.toInteger() == 1);
    }
}
