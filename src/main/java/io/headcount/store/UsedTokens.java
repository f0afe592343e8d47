package io.headcount.store;

import io.vertx.core.Future;

/** Remembers one-time tokens that were used. */
public interface UsedTokens {
    /**
     * Uses a token up.
     *
     * @param id of the token, an id by {@link io.headcount.model.Ids#RULE}
     * @param lifeMillis for how long it has to be remembered, 1 or more
     * @return whether this was the first time; fails when that cannot be said now (the token may be used up)
     */
    Future<Boolean> use(String id, long lifeMillis);
}
