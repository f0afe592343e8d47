package io.headcount.store.mysql;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Prepares partitions: the current period and three more, cut off the catch-all {@code future} at the end. As long as
 * that is done in time {@code future} is empty and the cut copies nothing; rows that got into it meanwhile are moved.
 * Several nodes may do it at once: a named lock lets one of them, the others leave it to that one.
 */
final class Partitions {
    private static final int AHEAD = 3;
    /** After a long standstill: how many missed periods still get a partition each (they share one beyond that). */
    private static final int MAX_BEHIND = 31;

    private static final long LIMIT_MILLIS = 30_000;
    /** How long a change of a table waits for running statements, and so may hold up the ones behind it. */
    static final String SETTINGS = "SET SESSION lock_wait_timeout = 2";

    /** What a partition holds: named for its start ({@code p20261123}, {@code p202611}), bounded by its end. */
    private enum Period {
        DAY(ChronoUnit.DAYS, "yyyyMMdd"),
        MONTH(ChronoUnit.MONTHS, "yyyyMM");

        private final ChronoUnit unit;
        private final DateTimeFormatter format;

        Period(ChronoUnit unit, String pattern) {
            this.unit = unit;
            this.format = DateTimeFormatter.ofPattern(pattern);
        }

        LocalDate start(LocalDate day) {
            return this == MONTH ? day.withDayOfMonth(1) : day;
        }

        String clause(LocalDate start) {
            return "PARTITION p" + format.format(start) + " VALUES LESS THAN ('" + start.plus(1, unit) + "')";
        }
    }

    private final Connections connections;

    Partitions(Connections connections) {
        this.connections = connections;
    }

    /** Prepares all partitioned tables, as of a day in UTC. */
    Future<Void> prepare(LocalDate today) {
        return connections.useAndClose(
                connection -> connection
                        .query(SETTINGS)
                        .execute()
                        .compose(set -> connection
                                .query("SELECT GET_LOCK(CONCAT(DATABASE(), '.partitions'), 0)")
                                .execute())
                        .compose(locked -> Long.valueOf(1)
                                        .equals(locked.iterator().next().getLong(0))
                                ? prepare(connection, "viewer_history", Period.MONTH, today)
                                        .compose(done -> prepare(connection, "user_sessions", Period.DAY, today))
                                : Future.succeededFuture()),
                LIMIT_MILLIS);
    }

    private static Future<Void> prepare(SqlConnection connection, String table, Period period, LocalDate today) {
        // The description is the bound, in quotes.
        String bounds = "SELECT PARTITION_DESCRIPTION FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA ="
                + " DATABASE() AND TABLE_NAME = ? AND PARTITION_NAME NOT IN ('past', 'future')"
                + " ORDER BY PARTITION_ORDINAL_POSITION";
        return connection.preparedQuery(bounds).execute(Tuple.of(table)).compose(rows -> {
            LocalDate prepared = null;
            for (Row row : rows) {
                prepared = LocalDate.parse(row.getString(0).substring(1, 11));
            }
            List<String> missing = missing(period, prepared, today);
            return missing.isEmpty()
                    ? Future.succeededFuture()
                    : connection
                            .query("ALTER TABLE " + table + " REORGANIZE PARTITION future INTO ("
                                    + String.join(", ", missing)
                                    + ", PARTITION future VALUES LESS THAN (MAXVALUE))")
                            .execute()
                            .mapEmpty();
        });
    }

    /**
     * The partitions to add.
     *
     * @param prepared end of the last one that is there, {@code null} when there is none
     */
    private static List<String> missing(Period period, LocalDate prepared, LocalDate today) {
        LocalDate current = period.start(today);
        LocalDate earliest = current.minus(MAX_BEHIND, period.unit);
        LocalDate from = prepared == null ? current : prepared.isBefore(earliest) ? earliest : prepared;
        List<String> clauses = new ArrayList<>();
        for (LocalDate start = from;
                !start.isAfter(current.plus(AHEAD, period.unit));
                start = start.plus(1, period.unit)) {
            clauses.add(period.clause(start));
        }
        return clauses;
    }
}
