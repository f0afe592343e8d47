/**
 * The configuration: immutable records, each value checked once, at the start.
 *
 * <p>Rank 0: imports the JDK only. The file is read by the command line, which hands over a plain tree of maps; here
 * every key is looked up once, overridden by its environment variable, converted, checked against its range and
 * ticked off, so that all errors, unknown keys among them, are reported together.
 */
package io.headcount.config;
