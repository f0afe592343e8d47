/**
 * Checks of a deployment: {@code headcount doctor}, and what a node says of its machine when it starts.
 *
 * <p>Rank 3: imports {@code config} and the ports in {@code store}. What is asked of Redis and MySQL is behind those
 * ports; what follows from the answers is decided here, by classes that only look at values ({@code …Checks}), so that
 * each misconfiguration has a test without a server. A {@link io.headcount.doctor.Finding} says in plain words what is
 * wrong, and what to do.
 */
package io.headcount.doctor;
