/**
 * {@code scripts/chaos}: what becomes of the counts when something breaks, measured against an oracle.
 *
 * <p>A {@code Scene} is three node processes, a Redis Cluster, MySQL and crowds of real viewers (processes of their own),
 * with a proxy of ours on every link. The {@code Oracle} knows each open tab from what the crowds' own sockets say, never
 * from what a server says. The {@code Sampler} asks all nodes four times a second and holds their answers, and what the
 * viewers were last told, against the oracle. A {@code Fault} breaks something and says what was asked and what was seen.
 *
 * <p>Imports {@code dev} for the servers and {@code client} for the viewers, and nothing else of the production code: a
 * row of the table shows what a user would meet. Signals are real ones, processes are known by their pids.
 */
package io.headcount.chaos;
