package io.headcount.store.redis;

import io.headcount.config.HeadcountConfig;
import io.headcount.config.RedisConfig;
import io.headcount.dev.EmbeddedRedis;
import io.headcount.dev.EmbeddedRedisCluster;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the router's tests share. */
final class Routers {
    private Routers() {}

    static RedisConfig config(List<String> endpoints, Map<String, ?> more) throws Exception {
        Map<String, Object> redis = new java.util.HashMap<>(more);
        redis.put("endpoints", endpoints);
        return HeadcountConfig.read(Map.of("redis", redis), Map.of()).redis();
    }

    /** As the nodes are told, by environment. */
    static RedisConfig config(EmbeddedRedis redis) throws Exception {
        return HeadcountConfig.read(Map.of(), redis.environment()).redis();
    }

    /** A key with a hash tag whose slot a server owns. */
    static String keyOn(EmbeddedRedisCluster cluster, int server, String prefix) {
        for (int i = 0; i < 1_000; i++) {
            String key = prefix + ":{" + i + "}";
            if (cluster.masterOf(key) == server) {
                return key;
            }
        }
        throw new IllegalStateException("server " + server + " owns no slot");
    }

    /** The server that replicates another. */
    static int replicaOf(EmbeddedRedisCluster cluster, int master) throws Exception {
        for (int i = 0; i < EmbeddedRedisCluster.SIZE; i++) {
            if (cluster.role(i).equals("slave")
                    && cluster.call(i, "ROLE") instanceof List<?> role
                    && role.get(2).equals((long) cluster.port(master))) {
                return i;
            }
        }
        throw new IllegalStateException("server " + master + " has no replica");
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
    }
}
