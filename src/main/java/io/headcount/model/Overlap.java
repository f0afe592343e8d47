package io.headcount.model;

/**
 * Different users of two streams, from finished sessions.
 *
 * @param first who watched the first
 * @param second who watched the second
 * @param both who watched both
 */
public record Overlap(long first, long second, long both) {
    /** Who watched either. */
    public long either() {
        return first + second - both;
    }
}
