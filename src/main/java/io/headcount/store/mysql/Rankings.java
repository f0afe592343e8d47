package io.headcount.store.mysql;

import io.headcount.model.RankedStream;
import io.headcount.model.SharedClock;
import io.headcount.model.StreamInfo;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Live streams in order. A page is one read of an index in its order; what the places were five minutes ago is read once
 * for all pages and kept for some seconds, for each category that was asked for.
 */
final class Rankings {
    /** Categories whose earlier places are kept; all of them together are about twice the number of streams. */
    private static final int MAX_CATEGORIES = 256;
    /** Streams of a category whose earlier place is known: 20 MB at most. */
    private static final int MAX_PLACES = 100_000;
    /** Also the time until a bucket that was still being written when it was read is read in full. */
    private static final long PLACES_LIFE_MILLIS = 10_000;

    private static final long AGO_MILLIS = 300_000;

    /** Not IN (?, ?): MySQL 8.0.31 finds no row by that when the parameters of a prepared statement are times. */
    private static final String PLACES = "SELECT p.stream_id FROM (SELECT h.stream_id,"
            + " SUM(h.`close` * (IF(h.bucket_at = ?, CAST(? AS DOUBLE), 0) + IF(h.bucket_at = ?, CAST(? AS DOUBLE), 0))) AS viewers"
            + " FROM viewer_history h WHERE h.bucket_at = ? OR h.bucket_at = ? GROUP BY h.stream_id) p"
            + " LEFT JOIN streams s ON s.stream_id = p.stream_id"
            + " WHERE p.viewers > 0 AND (? IS NULL OR s.category_id = ?)"
            + " ORDER BY p.viewers DESC, p.stream_id LIMIT " + MAX_PLACES;

    private static final String COLUMNS =
            "SELECT c.stream_id, s.title, s.broadcaster_id, s.category_id, c.viewers FROM ";
    private static final String IN_ORDER = " ORDER BY c.viewers DESC, c.stream_id";
    /** The page is cut from the index first, so that a late page does not join all those before it. */
    private static final String PAGE_OF_ALL = COLUMNS
            + "(SELECT c.stream_id, c.viewers FROM current_viewers c WHERE c.viewers > 0" + IN_ORDER
            + " LIMIT ? OFFSET ?) c LEFT JOIN streams s ON s.stream_id = c.stream_id" + IN_ORDER;

    private static final String PAGE_OF_CATEGORY = COLUMNS
            + "current_viewers c JOIN streams s ON s.stream_id = c.stream_id"
            + " WHERE c.viewers > 0 AND s.category_id = ?" + IN_ORDER + " LIMIT ? OFFSET ?";

    private final Reads reader;
    private final Marks marks;
    private final Map<String, Places> placesByCategory = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Places> eldest) {
            return size() > MAX_CATEGORIES;
        }
    };

    Rankings(Reads reader, Marks marks) {
        this.reader = reader;
        this.marks = marks;
    }

    Future<List<RankedStream>> page(String category, long afterRank, int limit) {
        Future<List<Row>> rows = category == null
                ? reader.rows(PAGE_OF_ALL, Tuple.of(limit, afterRank))
                : reader.rows(PAGE_OF_CATEGORY, Tuple.of(category, limit, afterRank));
        return rows.compose(page -> places(category).map(places -> ranked(page, afterRank, places)));
    }

    private static List<RankedStream> ranked(List<Row> page, long afterRank, Map<String, Integer> places) {
        List<RankedStream> ranked = new ArrayList<>(page.size());
        for (Row row : page) {
            long rank = afterRank + ranked.size() + 1;
            String stream = row.getString(0);
            Integer before = places.get(stream);
            ranked.add(new RankedStream(
                    rank,
                    new StreamInfo(stream, row.getString(1), row.getString(2), row.getString(3)),
                    row.getLong(4),
                    before == null ? null : before - rank));
        }
        return ranked;
    }

    /** Rank by stream five minutes ago. Callers at the same time share one query. */
    private synchronized Future<Map<String, Integer>> places(String category) {
        long now = SharedClock.monotonicMillis();
        Places known = placesByCategory.get(category);
        if (known != null && now - known.readAtMillis < PLACES_LIFE_MILLIS && !known.ranks.failed()) {
            return known.ranks;
        }
        Future<Map<String, Integer>> ranks = marks.ago(AGO_MILLIS)
                .compose(mark -> mark == null
                        ? Future.succeededFuture(List.<Row>of())
                        : reader.rows(PLACES, parameters(mark, category)))
                .map(rows -> {
                    Map<String, Integer> ranksByStream = new HashMap<>(rows.size() * 2);
                    rows.forEach(row -> ranksByStream.put(row.getString(0), ranksByStream.size() + 1));
                    return ranksByStream;
                });
        placesByCategory.put(category, new Places(now, ranks));
        return ranks;
    }

    private static Tuple parameters(Mark mark, String category) {
        LocalDateTime before = Times.of(mark.beforeMillis());
        LocalDateTime after = Times.of(mark.afterMillis());
        return Tuple.tuple()
                .addLocalDateTime(before)
                .addDouble(before.equals(after) ? 0 : 1 - mark.weight())
                .addLocalDateTime(after)
                .addDouble(mark.weight())
                .addLocalDateTime(before)
                .addLocalDateTime(after)
                .addString(category)
                .addString(category);
    }

    private record Places(long readAtMillis, Future<Map<String, Integer>> ranks) {}
}
