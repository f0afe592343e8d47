/**
 * The repair, on keepers: watches leases, records deaths and reaps what the dead left; compares what nodes report with
 * what Redis holds for them and has it corrected from the sockets.
 *
 * <p>Rank 3: imports {@code bus}, {@code store}, {@code model}, {@code config}. {@link Reconciliation} and {@link
 * Deaths} decide and know nothing of Vert.x.
 */
package io.headcount.reconciler;
