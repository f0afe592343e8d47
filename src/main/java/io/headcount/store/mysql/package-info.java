/**
 * The books in MySQL: {@link io.headcount.store.mysql.MySqlBookStore} and the migrations.
 *
 * <p>Rank 2: imports {@code store}, {@code model}, {@code config}, the reactive SQL client, and (only the migrations)
 * Flyway with its JDBC driver. Everything peculiar to MySQL stays in here: statements, error codes, partitions, and what
 * its client lacks (a query deadline, getting rid of a connection that points at a server that became read-only).
 */
package io.headcount.store.mysql;
