package io.headcount.store.mysql;

import io.headcount.model.SharedClock;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;

/** What the history knows of some minutes ago, by the reader's clock; asked once for all within some seconds. */
final class Marks {
    private static final long LIFE_MILLIS = 3_000;
    private static final String NEWEST = "SELECT MAX(bucket_at), UTC_TIMESTAMP(3) FROM viewer_history"
            + " WHERE bucket_at BETWEEN UTC_TIMESTAMP(3) - INTERVAL 3 HOUR AND UTC_TIMESTAMP(3)";

    private final Reads reader;
    private final long bucketMillis;
    private Future<long[]> newest;
    private long readAtMillis;

    Marks(Reads reader, long bucketMillis) {
        this.reader = reader;
        this.bucketMillis = bucketMillis;
    }

    /** The mark of so long ago; {@code null} where the history does not reach. */
    Future<Mark> ago(long millis) {
        return newest().map(times -> times[0] == 0 ? null : Mark.at(times[1] - millis, times[0], bucketMillis));
    }

    private synchronized Future<long[]> newest() {
        long now = SharedClock.monotonicMillis();
        if (newest == null || newest.failed() || now - readAtMillis >= LIFE_MILLIS) {
            readAtMillis = now;
            newest = reader.rows(NEWEST, Tuple.tuple()).map(rows -> new long[] {
                Times.millisOrZero(rows.get(0).getLocalDateTime(0)),
                Times.millis(rows.get(0).getLocalDateTime(1))
            });
        }
        return newest;
    }
}
