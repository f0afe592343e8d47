package io.headcount.store.redis;

import io.vertx.core.Completable;
import io.vertx.redis.client.Response;

/** One sending of a call, and its answer. */
final class Attempt implements Completable<Response> {
    final Call call;
    final NodeLink link;
    final long sentAt;
    private final Dispatcher dispatcher;
    private long number;

    Attempt(Dispatcher dispatcher, Call call, NodeLink link, long sentAt) {
        this.dispatcher = dispatcher;
        this.call = call;
        this.link = link;
        this.sentAt = sentAt;
    }

    /** Its number among the calls on its connection. */
    long number() {
        return number;
    }

    boolean isCurrent() {
        return equals(call.current);
    }

    void go() {
        number = link.sent();
        link.send(call.request, this);
    }

    @Override
    public void complete(Response response, Throwable failure) {
        link.answered();
        if (failure == null) {
            dispatcher.answered(this, response);
        } else {
            dispatcher.failed(this, failure);
        }
    }
}
