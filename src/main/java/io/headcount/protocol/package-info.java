/**
 * The viewers' wire format: messages, close codes, session ids. Shared by the gateway, the client and the load
 * generator, so that there is one place that knows it.
 *
 * <p>Rank 1: imports {@code model}, Jackson for reading.
 */
package io.headcount.protocol;
