package io.headcount.store.redis;

import io.vertx.core.Completable;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.HashMap;
import java.util.Map;

/**
 * One open, pipelined connection to a node, from its opening to its end: what waits on it, and since when nothing has
 * come back. Has a client of its own, since closing the client is the only way to really close a leased connection
 * ({@code RedisConnection.close} only hands it back to the pool, with the calls that wait on it).
 */
final class NodeLink {
    private static final Request ASKING = Request.cmd(Command.ASKING);

    private final RedisNode node;
    private final Redis client;
    private final RedisConnection connection;
    private final RouterClock clock;
    /** By the script's hash: the number of the last call before it was loaded. */
    private final Map<String, Long> loaded = new HashMap<>();

    private int waiting;
    private long sent;
    private long progressAt;
    private boolean probing;

    NodeLink(RedisNode node, Redis client, RedisConnection connection, RouterClock clock) {
        this.node = node;
        this.client = client;
        this.connection = connection;
        this.clock = clock;
    }

    RedisNode node() {
        return node;
    }

    RedisConnection connection() {
        return connection;
    }

    /** Calls whose answer has not come, those that were given up included: their answers still have to be read. */
    int waiting() {
        return waiting;
    }

    /** Number of the last call that was sent. */
    long sent() {
        return sent;
    }

    /** Sends; whoever completes must call {@link #answered} first. */
    void send(Request request, Completable<Response> answer) {
        if (waiting++ == 0) {
            progressAt = clock.now();
        }
        sent++;
        connection.send(request).onComplete(answer);
    }

    /** Sends, and takes care of the count. */
    void ask(Request request, Completable<Response> answer) {
        send(request, (response, failure) -> {
            answered();
            answer.complete(response, failure);
        });
    }

    /** As {@link #ask}, but not while an earlier probe is unanswered. */
    void probe(Request request, Completable<Response> answer) {
        if (!probing) {
            probing = true;
            ask(request, (response, failure) -> {
                probing = false;
                answer.complete(response, failure);
            });
        }
    }

    /** In order on one connection: the very next request is the one that is let in. */
    void asking() {
        ask(ASKING, (done, failure) -> {});
    }

    /**
     * Sends the script's source ahead, unless this connection did so already.
     *
     * @param unknownAt number of a call that was told NOSCRIPT, or -1
     */
    void provide(Script script, long unknownAt) {
        Long loadedAt = loaded.get(script.sha());
        if (loadedAt == null || loadedAt < unknownAt) {
            loaded.put(script.sha(), sent);
            // Its failure needs no care: the call behind it then fails likewise.
            ask(Request.cmd(Command.SCRIPT).arg("LOAD").arg(script.source()), (done, failure) -> {});
        }
    }

    void answered() {
        waiting--;
        progressAt = clock.now();
    }

    /** For how long something has been waiting while nothing came back, in nanoseconds. */
    long silentNanos(long now) {
        return waiting == 0 ? 0 : now - progressAt;
    }

    /** Breaks all calls that wait. */
    void close() {
        client.close();
    }
}
