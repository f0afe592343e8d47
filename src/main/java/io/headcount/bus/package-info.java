/**
 * The event bus: addresses, messages and their one codec.
 *
 * <p>Rank 1: imports {@code model} and Vert.x core. Messages are hints: whatever is lost, the next round of the
 * sender's periodic work converges. Local messages pass as references to immutable records; only the few kinds that
 * leave the node are ever encoded.
 */
package io.headcount.bus;
