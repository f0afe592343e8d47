package io.headcount.model;

/**
 * A correction of Redis from the sockets: a row of the ledger {@code reconciliations}.
 *
 * @param stream stream id
 * @param node incarnation whose part was corrected, as {@code N#e}
 * @param before sessions that Redis held for it
 * @param after sessions that it really has
 * @param added sessions that were missing in Redis
 * @param removed sessions that Redis held too many
 * @param cause what led to it: {@code drift} (Redis held other sessions than the node), {@code gap} (Redis lost
 *     batches), {@code node_lost}, {@code users_missing} and {@code users_without_tab} (the stream's set of users did not
 *     fit its tabs; the numbers are then users, not sessions)
 * @param durationMillis from the start of the repair to its last write
 * @param atMillis when it ended, epoch milliseconds by Redis' clock
 */
public record Repair(
        String stream,
        String node,
        long before,
        long after,
        long added,
        long removed,
        String cause,
        long durationMillis,
        long atMillis) {}
