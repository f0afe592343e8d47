package io.headcount.store.redis;

import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/** A call on its way through the dispatcher. Used on the router's context only, once it is made. */
final class Call {
    final String operation;
    final int slot;
    final boolean read;
    final Request request;
    /** The script that is called, or {@code null}. */
    final Script script;

    final Promise<Response> promise;

    long startedAt;
    boolean done;
    /** A replica disappointed it. */
    boolean mastersOnly;
    /** Where MOVED or ASK sent it, until it has gone there. */
    RedisNode target;

    boolean asking;
    int redirections;
    int breaks;
    int loads;
    /** The attempt whose failure counts; those before it may still succeed. */
    Attempt current;
    /** Where it waits for a connection, or {@code null}. */
    RedisNode parkedAt;

    long notBefore;
    /** What went wrong last. */
    String trouble = "";

    Call(String key, boolean read, Request request, Script script, Promise<Response> promise) {
        this.operation = script != null ? script.name() : request.command().toString();
        this.slot = SlotTable.slotOf(key);
        this.read = read;
        this.request = request;
        this.script = script;
        this.promise = promise;
    }

    @Override
    public String toString() {
        return operation + " (slot " + slot + ")";
    }
}
