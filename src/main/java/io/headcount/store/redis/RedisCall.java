package io.headcount.store.redis;

import io.vertx.redis.client.Request;
import java.util.function.Supplier;

/** A call on its way: what it asks, and where it was sent to instead. Used on the router's context only. */
final class RedisCall {
    final boolean read;
    final int slot;
    final Request request;
    /** The same call with the script's source, for a node that does not know the script; {@code null} without one. */
    final Supplier<Request> withSource;

    final String name;
    long deadline;
    int redirects;
    String redirect;
    boolean asking;
    boolean loadScript;
    boolean mastersOnly;

    RedisCall(String key, boolean read, Request request, Supplier<Request> withSource, String name) {
        this.read = read;
        this.slot = SlotTable.slotOf(key);
        this.request = request;
        this.withSource = withSource;
        this.name = name;
    }
}
