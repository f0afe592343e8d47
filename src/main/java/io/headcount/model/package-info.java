/**
 * Ids and value records of the domain: streams, sessions, counts, history.
 *
 * <p>Rank 0: imports the JDK only. Everything here is immutable, so that it crosses event loops and the local event
 * bus as a reference, nothing copied.
 */
package io.headcount.model;
