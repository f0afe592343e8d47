/**
 * {@code scripts/bench}: named scenarios that measure the design's figures on real processes, and their report.
 *
 * <p>A node is the process that {@code scripts/run} starts, with the servers of {@link io.headcount.dev}; viewers live in
 * a process of their own, so that what they cost is not the node's. CPU is what the kernel accounts to a process, which
 * stays meaningful on a busy machine; what is compared is compared within one run. Imports the viewer client and
 * {@code dev}, nothing else of the production code.
 */
package io.headcount.bench;
