package io.headcount.store.mysql;

/**
 * A moment in the past between two boundaries of history buckets, at both of which the viewers of every live stream are
 * known: in between they are taken to have changed evenly. (Nobody keeps the counts of each minute.)
 *
 * @param beforeMillis start of the bucket that ends at the boundary before the moment
 * @param afterMillis start of the bucket that ends at the boundary after it
 * @param weight of the latter, 0 to 1
 */
record Mark(long beforeMillis, long afterMillis, double weight) {
    /**
     * The mark of a moment; {@code null} where the history does not reach.
     *
     * @param atMillis the moment
     * @param newestMillis start of the newest bucket that was written
     * @param bucketMillis length of the buckets
     */
    static Mark at(long atMillis, long newestMillis, long bucketMillis) {
        long after = atMillis - Math.floorMod(atMillis, bucketMillis);
        if (after <= newestMillis) {
            return new Mark(after - bucketMillis, after, (double) (atMillis - after) / bucketMillis);
        }
        // The bucket after the moment is not written yet (or not over): the newest is the nearest. One that is older
        // was left by an earlier life.
        return newestMillis < after - 2 * bucketMillis ? null : new Mark(newestMillis, newestMillis, 1);
    }
}
