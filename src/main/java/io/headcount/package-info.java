/**
 * The command line and the composition root: the only place that wires implementations.
 *
 * <p>Rank 4: may import everything; nothing imports it.
 */
package io.headcount;
