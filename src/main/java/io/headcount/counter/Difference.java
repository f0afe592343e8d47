package io.headcount.counter;

/**
 * What a reconciliation found.
 *
 * @param cause of the suspicion
 * @param before sessions that Redis held
 * @param after sessions that are open
 * @param added sessions that Redis should have had and had not
 * @param removed sessions that Redis should not have had and had
 */
record Difference(String cause, long before, long after, long added, long removed) {
    boolean none() {
        return added == 0 && removed == 0;
    }
}
