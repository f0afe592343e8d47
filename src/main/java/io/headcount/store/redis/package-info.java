/**
 * Redis: the live state, the leases and the session log, over a slot router of our own.
 *
 * <p>Rank 2: imports {@code store}, {@code model}, {@code config}, and is the only user of the Redis client. Each
 * operation is one Lua file in {@code src/main/resources/lua}, idempotent, all its keys of one stream and so of one
 * shard.
 *
 * <p>The router: {@code RedisRouter} is what the stores call; {@code Dispatcher} brings a call to its end by its deadline;
 * {@code Topology} knows nodes and slots; {@code RedisNode} keeps a connection open, {@code NodeLink} is one; {@code
 * Prober} and {@code NodeHealth} know who may be written and read. The client's own cluster mode is not used: in it one
 * dead node fails calls to all shards, nothing has a deadline, and a node that comes back at its address stays lost.
 */
package io.headcount.store.redis;
