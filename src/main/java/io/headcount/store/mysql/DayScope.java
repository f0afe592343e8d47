package io.headcount.store.mysql;

import java.util.Locale;

/** For whom a day is counted, and what the statements need for that. */
enum DayScope {
    STREAM("stream_id"),
    BROADCASTER("broadcaster_id"),
    CATEGORY("category_id"),
    PLATFORM(null);

    /** Nobody watches for longer without a break; older sessions are not looked for in a day. */
    private static final int LONGEST_SESSION_DAYS = 3;

    private final String column;

    DayScope(String column) {
        this.column = column;
    }

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Key, different users, sessions, watch seconds, new users. Parameters: start, end, start, end, start, start. */
    String sessionsSql() {
        return "WITH seen AS (SELECT " + key("u", "s") + " AS k, u.user_id, COUNT(*) AS n,"
                + " SUM(TIMESTAMPDIFF(MICROSECOND, GREATEST(u.joined_at, ?), LEAST(u.left_at, ?))) / 1e6 AS seconds"
                + " FROM user_sessions u" + join("u", "s")
                + " WHERE u.joined_at >= CAST(? AS DATETIME(3)) - INTERVAL " + LONGEST_SESSION_DAYS + " DAY"
                + " AND u.joined_at < ? AND u.left_at >= ?" + named("s") + " GROUP BY k, u.user_id)"
                + " SELECT k, COUNT(*), SUM(n), SUM(seconds), SUM(NOT EXISTS (SELECT 1 FROM user_sessions e"
                + join("e", "es") + " WHERE e.user_id = seen.user_id AND e.joined_at < ? AND "
                + key("e", "es") + " = seen.k)) FROM seen GROUP BY k";
    }

    /** Key, average viewers, viewer-buckets, observed buckets with viewers, peak, when. Parameters: start, end. */
    String historySql() {
        // Of several streams together nobody knows the moment's sum: the highest sum of averages stands for it.
        String peak = this == STREAM ? "MAX(h.`max`)" : "ROUND(SUM(h.`avg`))";
        return "WITH buckets AS (SELECT " + key("h", "s") + " AS k, h.bucket_at, SUM(h.`avg` * h.coverage) AS v,"
                + " MAX(h.coverage) AS c, " + peak + " AS p FROM viewer_history h" + join("h", "s")
                + " WHERE h.bucket_at >= ? AND h.bucket_at < ?" + named("s") + " GROUP BY k, h.bucket_at),"
                + " placed AS (SELECT b.*, ROW_NUMBER() OVER (PARTITION BY k ORDER BY p DESC, bucket_at) AS place"
                + " FROM buckets b) SELECT k, COALESCE(SUM(v) / NULLIF(SUM(c), 0), 0), SUM(v), SUM(IF(p > 0, c, 0)),"
                + " MAX(p), MAX(IF(place = 1 AND p > 0, bucket_at, NULL)) FROM placed GROUP BY k";
    }

    private String key(String rows, String streams) {
        return switch (this) {
            case STREAM -> rows + "." + column;
            case PLATFORM -> "'platform'";
            default -> streams + "." + column;
        };
    }

    private String join(String rows, String streams) {
        return joined() ? " JOIN streams " + streams + " ON " + streams + ".stream_id = " + rows + ".stream_id" : "";
    }

    private String named(String streams) {
        return joined() ? " AND " + streams + "." + column + " IS NOT NULL" : "";
    }

    private boolean joined() {
        return this == BROADCASTER || this == CATEGORY;
    }
}
