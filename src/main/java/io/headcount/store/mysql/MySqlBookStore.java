package io.headcount.store.mysql;

import io.headcount.config.MySqlConfig;
import io.headcount.model.Count;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.RankedStream;
import io.headcount.model.Repair;
import io.headcount.model.StreamInfo;
import io.headcount.store.Analysis;
import io.headcount.store.BookStore;
import io.headcount.store.GroupTotals;
import io.headcount.store.History;
import io.headcount.store.LiveRankings;
import io.headcount.store.MasterData;
import io.headcount.store.Retention;
import io.headcount.store.Statistics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The books in MySQL 8. Every write is one statement of many rows in the order of their keys (two keepers that write the
 * same rows then wait for each other instead of running into a deadlock). Every call ends within twice the query
 * timeout. May be used from any thread.
 */
public final class MySqlBookStore implements BookStore {
    /** In the order of MySQL's evaluation, left to right: what the condition reads is assigned last. */
    private static final MultiRow CURRENT = new MultiRow(
            "current_viewers",
            List.of("stream_id", "viewers", "sessions", "peak_viewers", "peak_at", "as_of", "revision"),
            guarded("viewers") + guarded("sessions") + guarded("peak_viewers") + guarded("peak_at")
                    + guarded("revision") + "as_of = GREATEST(current_viewers.as_of, new.as_of)");

    private static final MultiRow STREAMS = new MultiRow(
            "streams",
            List.of("stream_id", "peak_viewers", "peak_at"),
            "peak_at = IF(new.peak_viewers > streams.peak_viewers, new.peak_at, streams.peak_at),"
                    + " peak_viewers = GREATEST(streams.peak_viewers, new.peak_viewers)");

    private static final MultiRow STREAM = new MultiRow(
            "streams",
            List.of("stream_id", "title", "broadcaster_id", "category_id"),
            "title = COALESCE(new.title, streams.title),"
                    + " broadcaster_id = COALESCE(new.broadcaster_id, streams.broadcaster_id),"
                    + " category_id = COALESCE(new.category_id, streams.category_id)");

    private static final MultiRow HISTORY = new MultiRow(
            "viewer_history",
            List.of(
                    "stream_id",
                    "bucket_at",
                    "`open`",
                    "`close`",
                    "`min`",
                    "`max`",
                    "`avg`",
                    "joins",
                    "leaves",
                    "coverage"),
            "`open` = new.`open`, `close` = new.`close`, `min` = new.`min`, `max` = new.`max`, `avg` = new.`avg`,"
                    + " joins = new.joins, leaves = new.leaves, coverage = new.coverage");

    /** The first write wins: an assignment that changes nothing. (INSERT IGNORE would also hide bad data.) */
    private static final MultiRow SESSIONS = new MultiRow(
            "user_sessions",
            List.of("`session`", "joined_at", "stream_id", "user_id", "node", "left_at", "watch_seconds", "end_cause"),
            "stream_id = user_sessions.stream_id");

    private static final MultiRow REJECTS =
            new MultiRow("session_rejects", List.of("part", "entry_id", "raw", "error"), "part = session_rejects.part");

    private static final MultiRow REPAIRS = new MultiRow(
            "reconciliations",
            List.of("stream_id", "node", "`before`", "`after`", "added", "removed", "cause", "duration", "`at`"),
            "cause = reconciliations.cause");

    private static final long USUAL_BUCKET_MILLIS = 300_000;
    private static final int MAX_RAW_LENGTH = 4_000;
    private static final int MAX_ERROR_LENGTH = 500;

    private final Connections connections;
    private final Readers readers;
    private final StreamRows streamRows = new StreamRows();
    private final Partitions partitions;
    private final Rankings rankings;
    private final Retention retention;
    private final LiveRankings liveRankings;
    private final long bucketMillis;

    private MySqlBookStore(Connections connections, Readers readers, long bucketMillis) {
        this.connections = connections;
        this.readers = readers;
        partitions = new Partitions(connections);
        retention = new MySqlRetention(connections);
        this.bucketMillis = bucketMillis;
        Reads ranking = readers.of(MySqlConfig.Server.RANKING);
        Marks marks = new Marks(ranking, bucketMillis);
        rankings = new Rankings(ranking, marks);
        liveRankings = new MySqlLiveRankings(ranking, marks);
    }

    /** Opens the pools; no connection is made before the first call. */
    public static MySqlBookStore open(Vertx vertx, MySqlConfig config) {
        return open(vertx, config, new SimpleMeterRegistry(), USUAL_BUCKET_MILLIS);
    }

    /**
     * The same, counting in {@code metrics} how often another server had to be turned to.
     *
     * @param bucketMillis length of the history's buckets
     */
    public static MySqlBookStore open(Vertx vertx, MySqlConfig config, MeterRegistry metrics, long bucketMillis) {
        Counter moves = Counter.builder("headcount.mysql.writer.moves")
                .description("Times that another server, or the same name anew, was tried as the writer")
                .register(metrics);
        Connections writer = new Connections(
                vertx,
                config,
                new MySqlConfig.Reader(config.endpoints(), config.poolSize(), config.queryTimeoutMillis()),
                moves::increment);
        return new MySqlBookStore(writer, new Readers(vertx, config, writer, metrics), bucketMillis);
    }

    /** What leaves these books. */
    public Retention retention() {
        return retention;
    }

    /** The statistics of days. */
    public Statistics statistics() {
        return new MySqlStatistics(connections, readers.of(MySqlConfig.Server.ANALYTICS), bucketMillis);
    }

    /** What was, from the history reader. */
    public History history() {
        return new MySqlHistory(readers.of(MySqlConfig.Server.HISTORY), bucketMillis);
    }

    /** The same from the analytics reader, for reports. */
    public History reports() {
        return new MySqlHistory(readers.of(MySqlConfig.Server.ANALYTICS), bucketMillis);
    }

    /** Reports, from the analytics reader. */
    public Analysis analysis() {
        return new MySqlAnalysis(readers.of(MySqlConfig.Server.ANALYTICS));
    }

    /** Rankings besides that of streams, from the ranking reader. */
    public LiveRankings liveRankings() {
        return liveRankings;
    }

    /** Names of broadcasters, categories and users. */
    public MasterData masterData() {
        return new MySqlMasterData(connections);
    }

    /** Sums of the history over streams. */
    public GroupTotals groupTotals() {
        return new MySqlGroupTotals(connections, readers.of(MySqlConfig.Server.ANALYTICS));
    }

    /** Closes all connections. */
    public Future<Void> close() {
        return Future.join(connections.close(), readers.close()).mapEmpty();
    }

    @Override
    public Future<Void> saveCurrent(List<Count> counts) {
        List<Count> sorted = sorted(counts, Comparator.comparing(Count::stream));
        return insert(
                        CURRENT,
                        sorted,
                        (c, row) -> row.addString(c.stream())
                                .addLong(c.viewers())
                                .addLong(c.sessions())
                                .addLong(c.peakViewers())
                                .addLocalDateTime(Times.orNull(c.peakAtMillis()))
                                .addLocalDateTime(Times.of(c.asOfMillis()))
                                .addLong(c.revision()))
                .compose(saved -> saveStreamRows(streamRows.due(sorted)));
    }

    private Future<Void> saveStreamRows(List<Count> due) {
        return insert(
                        STREAMS,
                        due,
                        (c, row) -> row.addString(c.stream())
                                .addLong(c.peakViewers())
                                .addLocalDateTime(Times.orNull(c.peakAtMillis())))
                .onSuccess(saved -> streamRows.written(due));
    }

    @Override
    public Future<Void> saveHistory(List<HistoryPoint> points) {
        List<HistoryPoint> sorted =
                sorted(points, Comparator.comparing(HistoryPoint::stream).thenComparing(HistoryPoint::bucketAtMillis));
        return insert(
                HISTORY,
                sorted,
                (p, row) -> row.addString(p.stream())
                        .addLocalDateTime(Times.of(p.bucketAtMillis()))
                        .addLong(p.open())
                        .addLong(p.close())
                        .addLong(p.min())
                        .addLong(p.max())
                        .addDouble(p.avg())
                        .addLong(p.joins())
                        .addLong(p.leaves())
                        .addDouble(p.coverage()));
    }

    @Override
    public Future<Void> saveSessions(List<FinishedSession> sessions) {
        // A stable sort: of two with the same key the first in the list stays the first.
        List<FinishedSession> sorted = sorted(
                sessions,
                Comparator.comparing(FinishedSession::session).thenComparing(FinishedSession::joinedAtMillis));
        return insert(
                SESSIONS,
                sorted,
                (s, row) -> row.addString(s.session())
                        .addLocalDateTime(Times.of(s.joinedAtMillis()))
                        .addString(s.stream())
                        .addString(s.user())
                        .addString(s.node())
                        .addLocalDateTime(Times.of(s.leftAtMillis()))
                        .addLong(s.watchSeconds())
                        .addString(s.cause().wire()));
    }

    @Override
    public Future<Void> saveReject(Reject reject) {
        return insert(
                REJECTS,
                List.of(reject),
                (r, row) -> row.addInteger(r.part())
                        .addString(r.entry())
                        .addString(cut(r.raw(), MAX_RAW_LENGTH))
                        .addString(cut(r.error(), MAX_ERROR_LENGTH)));
    }

    @Override
    public Future<Void> saveRepair(Repair repair) {
        return insert(
                REPAIRS,
                List.of(repair),
                (r, row) -> row.addString(r.stream())
                        .addString(r.node())
                        .addLong(r.before())
                        .addLong(r.after())
                        .addLong(r.added())
                        .addLong(r.removed())
                        .addString(r.cause())
                        .addLong(r.durationMillis())
                        .addLocalDateTime(Times.of(r.atMillis())));
    }

    @Override
    public Future<List<String>> quietStreams(long beforeMillis, String afterStream) {
        String sql = "SELECT stream_id FROM current_viewers WHERE stream_id > ? AND viewers > 0 AND as_of < ?"
                + " ORDER BY stream_id LIMIT " + MAX_ROWS;
        return query(sql, Tuple.of(afterStream, Times.of(beforeMillis)))
                .map(rows -> list(rows).stream().map(row -> row.getString(0)).toList());
    }

    @Override
    public Future<Void> preparePartitions() {
        return partitions.prepare(Instant.now().atZone(ZoneOffset.UTC).toLocalDate());
    }

    @Override
    public Future<StreamInfo> saveStream(StreamInfo stream) {
        return insert(
                        STREAM,
                        List.of(stream),
                        (s, row) -> row.addString(s.id())
                                .addString(s.title())
                                .addString(s.broadcaster())
                                .addString(s.category()))
                .compose(saved -> stream(stream.id()));
    }

    @Override
    public Future<StreamInfo> stream(String id) {
        return query(
                        "SELECT stream_id, title, broadcaster_id, category_id FROM streams WHERE stream_id = ?",
                        Tuple.of(id))
                .map(rows -> list(rows).stream()
                        .map(row ->
                                new StreamInfo(row.getString(0), row.getString(1), row.getString(2), row.getString(3)))
                        .findFirst()
                        .orElse(null));
    }

    @Override
    public Future<List<RankedStream>> ranking(String category, long afterRank, int limit) {
        return rankings.page(category, afterRank, limit);
    }

    @Override
    public Future<Void> ping() {
        // Read-only is no less out of order than away: asking also makes the writer be looked for.
        return connections.use(connection -> connection
                .query("SELECT @@global.read_only")
                .execute()
                .compose(answer -> answer.iterator().next().getInteger(0) == 0
                        ? Future.succeededFuture()
                        : Future.failedFuture(Faults.readOnly())));
    }

    private Future<RowSet<Row>> query(String sql, Tuple parameters) {
        return connections.use(connection -> connection.preparedQuery(sql).execute(parameters));
    }

    private <T> Future<Void> insert(MultiRow into, List<T> rows, BiConsumer<T, Tuple> add) {
        if (rows.isEmpty()) {
            return Future.succeededFuture();
        }
        Tuple values;
        try {
            values = into.values(rows, add);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
        String sql = into.sql(rows.size());
        return connections
                .use((SqlConnection connection) -> connection.preparedQuery(sql).execute(values))
                .mapEmpty();
    }

    private static String guarded(String column) {
        return column + " = IF(new.as_of > current_viewers.as_of OR (new.as_of = current_viewers.as_of"
                + " AND new.revision >= current_viewers.revision), new." + column + ", current_viewers." + column
                + "), ";
    }

    private static <T> List<T> sorted(List<T> rows, Comparator<T> order) {
        return rows.stream().sorted(order).toList();
    }

    static List<Row> list(RowSet<Row> rows) {
        List<Row> list = new ArrayList<>(rows.size());
        rows.forEach(list::add);
        return list;
    }

    private static String cut(String text, int length) {
        return text == null ? "" : text.length() <= length ? text : text.substring(0, length);
    }
}
