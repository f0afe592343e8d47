/**
 * Redis: the live state, the leases and the session log, over a slot router of our own.
 *
 * <p>Rank 2: imports {@code store}, {@code model}, {@code config}, and is the only user of the Redis client. Each
 * operation is one Lua file in {@code src/main/resources/lua}, idempotent, all its keys of one stream and so of one
 * shard.
 */
package io.headcount.store.redis;
