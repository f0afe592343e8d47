/**
 * The counting: what this node asserts, batched to Redis; and, on keepers, changed counts to everybody.
 *
 * <p>Rank 3: imports {@code bus}, {@code store}, {@code model}, {@code config}. {@link StreamState} (what a node asserts
 * on one stream, and what of it is not yet in Redis) and {@link CountBoard} (which counts are due) decide and know
 * nothing of Vert.x; the verticles and their parts wire, call and time.
 */
package io.headcount.counter;
