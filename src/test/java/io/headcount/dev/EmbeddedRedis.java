package io.headcount.dev;

import java.util.List;
import java.util.Map;

/** Redis on loopback, set up in one of the ways that {@code redis.mode} knows. */
public interface EmbeddedRedis extends AutoCloseable {
    /** {@code host:port} of all servers; sentinels are none. */
    List<String> endpoints();

    /** The servers' processes, sentinels included. */
    List<ChildProcess> processes();

    /** What a node has to be told, {@code HEADCOUNT_REDIS_…}. */
    Map<String, String> environment();

    @Override
    void close();
}
