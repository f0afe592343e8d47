/**
 * The nodes together: Hazelcast under the event bus, who is there, and this node's lease.
 *
 * <p>Rank 2: imports {@code bus}, {@code store}, {@code model}, {@code config}, and is the only user of Hazelcast.
 * Hazelcast carries messages and nothing else: who is alive is decided by leases in Redis, who owns a stream by hellos
 * on the bus, and both may be wrong for a moment without harm.
 */
package io.headcount.cluster;
