package io.headcount.store.mysql;

import io.headcount.model.RankedBroadcaster;
import io.headcount.model.RisingStream;
import io.headcount.model.SharedClock;
import io.headcount.model.StreamInfo;
import io.headcount.store.LiveRankings;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Rankings for which all live streams have to be looked at: the server does that, and what it found is shared by those
 * who ask within some seconds.
 */
final class MySqlLiveRankings implements LiveRankings {
    private static final long MINUTE_MILLIS = 60_000;
    private static final int SHORT_MINUTES = 5;
    private static final int LONG_MINUTES = 15;
    private static final int MAX_SHARED = 256;

    private static final String RISING = "SELECT * FROM (SELECT c.stream_id, s.title, s.broadcaster_id, s.category_id,"
            + " c.viewers, c.viewers - " + past("a") + " AS gain5, c.viewers - " + past("b") + " AS gain15"
            + " FROM current_viewers c LEFT JOIN streams s ON s.stream_id = c.stream_id" + joined("a") + joined("b")
            + " WHERE c.viewers > 0 AND (? IS NULL OR s.category_id = ?)) r"
            + " WHERE gain5 / " + SHORT_MINUTES + " + gain15 / " + LONG_MINUTES + " > 0"
            + " ORDER BY gain5 / " + SHORT_MINUTES + " + gain15 / " + LONG_MINUTES + " DESC, stream_id LIMIT "
            + MAX_LINES;

    private static final String BROADCASTERS = "SELECT r.broadcaster_id, b.name, r.viewers, r.streams FROM"
            + " (SELECT s.broadcaster_id, SUM(c.viewers) AS viewers, COUNT(*) AS streams FROM current_viewers c"
            + " JOIN streams s ON s.stream_id = c.stream_id WHERE c.viewers > 0 AND s.broadcaster_id IS NOT NULL"
            + " GROUP BY s.broadcaster_id) r LEFT JOIN broadcasters b ON b.broadcaster_id = r.broadcaster_id"
            + " ORDER BY r.viewers DESC, r.broadcaster_id LIMIT " + MAX_LINES;

    private final Reads reader;
    private final Marks marks;
    private final Map<String, Shared<RisingStream>> rising = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Shared<RisingStream>> eldest) {
            return size() > MAX_SHARED;
        }
    };
    private Shared<RankedBroadcaster> broadcasters;

    MySqlLiveRankings(Reads reader, Marks marks) {
        this.reader = reader;
        this.marks = marks;
    }

    @Override
    public synchronized Future<List<RisingStream>> rising(String category, long afterRank, int limit) {
        Shared<RisingStream> shared = renewed(rising.get(category), () -> readRising(category));
        rising.put(category, shared);
        return shared.page(afterRank, limit);
    }

    @Override
    public synchronized Future<List<RankedBroadcaster>> broadcasters(long afterRank, int limit) {
        broadcasters = renewed(broadcasters, this::readBroadcasters);
        return broadcasters.page(afterRank, limit);
    }

    private static <T> Shared<T> renewed(Shared<T> shared, Supplier<Future<List<T>>> read) {
        long now = SharedClock.monotonicMillis();
        boolean good = shared != null && !shared.lines.failed() && now - shared.readAtMillis < SHARED_MILLIS;
        return good ? shared : new Shared<>(now, read.get());
    }

    private Future<List<RisingStream>> readRising(String category) {
        return marks.ago(SHORT_MINUTES * MINUTE_MILLIS)
                .compose(near -> marks.ago(LONG_MINUTES * MINUTE_MILLIS)
                        .compose(far -> near == null || far == null
                                // Nothing is known of then, so nothing is known to rise.
                                ? Future.succeededFuture(List.of())
                                : reader.rows(RISING, parameters(near, far, category))
                                        .map(MySqlLiveRankings::rising)));
    }

    private static Tuple parameters(Mark near, Mark far, String category) {
        Tuple parameters = Tuple.of(1 - near.weight(), near.weight(), 1 - far.weight(), far.weight());
        for (Mark mark : List.of(near, far)) {
            parameters.addLocalDateTime(Times.of(mark.beforeMillis())).addLocalDateTime(Times.of(mark.afterMillis()));
        }
        return parameters.addString(category).addString(category);
    }

    /** Viewers at a mark; a stream without a row had none. Parameters: both weights. */
    private static String past(String mark) {
        return "(CAST(? AS DOUBLE) * COALESCE(" + mark + "1.`close`, 0) + CAST(? AS DOUBLE) * COALESCE(" + mark
                + "2.`close`, 0))";
    }

    /** The rows of a mark. Parameters: both buckets. */
    private static String joined(String mark) {
        String join = " LEFT JOIN viewer_history %1$s ON %1$s.stream_id = c.stream_id AND %1$s.bucket_at = ?";
        return String.format(join, mark + "1") + String.format(join, mark + "2");
    }

    private static List<RisingStream> rising(List<Row> rows) {
        List<RisingStream> lines = new ArrayList<>(rows.size());
        for (Row row : rows) {
            double gain5 = row.getNumeric(5).doubleValue();
            double gain15 = row.getNumeric(6).doubleValue();
            lines.add(new RisingStream(
                    lines.size() + 1,
                    new StreamInfo(row.getString(0), row.getString(1), row.getString(2), row.getString(3)),
                    row.getLong(4),
                    gain5,
                    gain15,
                    (gain5 / SHORT_MINUTES + gain15 / LONG_MINUTES) / 2));
        }
        return lines;
    }

    private Future<List<RankedBroadcaster>> readBroadcasters() {
        return reader.rows(BROADCASTERS, Tuple.tuple()).map(rows -> {
            List<RankedBroadcaster> lines = new ArrayList<>(rows.size());
            rows.forEach(row -> lines.add(new RankedBroadcaster(
                    lines.size() + 1,
                    row.getString(0),
                    row.getString(1),
                    row.getNumeric(2).longValue(),
                    row.getLong(3))));
            return lines;
        });
    }

    private record Shared<T>(long readAtMillis, Future<List<T>> lines) {
        Future<List<T>> page(long afterRank, int limit) {
            return lines.map(all -> all.stream().skip(afterRank).limit(limit).toList());
        }
    }
}
