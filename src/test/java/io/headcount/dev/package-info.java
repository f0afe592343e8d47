/**
 * The development environment: a real six-node Redis Cluster, a real MySQL 8, real node processes and cuttable TCP
 * proxies, all on loopback. {@code scripts/run} and the integration tests stand on the same classes.
 *
 * <p>It imports the JDK, picocli and a JDBC driver only, and nothing of the production code: a node is started the way
 * an operator starts it, as a process with an environment. So a test here meets what a user meets, and nothing in this
 * package can be needed in production.
 *
 * <p>Faults are real ones: SIGKILL, SIGSTOP, a stalled connection. Everything that is started is known by its pid, is
 * stopped by its pid, and dies with the JVM that started it.
 */
package io.headcount.dev;
