/**
 * Simulated viewers with their own truth: {@code scripts/load}.
 *
 * <p>Rank 3: imports {@code client}, {@code auth} (to sign tokens), {@code protocol}, {@code model}; asks the system under test only by what everybody
 * may ask: sockets, the HTTP API and, for the books, SQL. A {@link io.headcount.load.Crowd} holds up to some 18,000
 * sockets on one event loop, so that its {@link io.headcount.load.TruthBook} needs no locks; larger loads are several
 * processes of one crowd each, led by {@link io.headcount.load.Fleet}. What was true is what the crowd opened and
 * closed, never what a server said.
 */
package io.headcount.load;
