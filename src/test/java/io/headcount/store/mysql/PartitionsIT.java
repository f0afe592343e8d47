package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionsIT extends OwnBooks {
    @Test
    void preparesThreePartitionsAheadOnceAndRefusesNoRowForItsTime() throws Exception {
        ok(Future.all(books.preparePartitions(), books.preparePartitions()));
        ok(books.preparePartitions());

        assertThat(partitions("user_sessions", "DAY", "%Y%m%d")).isEqualTo("1,1,1,1 of 6");
        assertThat(partitions("viewer_history", "MONTH", "%Y%m")).isEqualTo("1,1,1,1 of 6");
        long farAhead = Instant.parse("2099-01-01T00:00:00Z").toEpochMilli();
        ok(books.saveSessions(List.of(session("late", farAhead, farAhead), session("early", 0, 1_000))));
        ok(books.saveHistory(List.of(point("late", farAhead, 1), point("early", 0, 1))));
        assertThat(one("SELECT COUNT(*) FROM user_sessions PARTITION (future)")).isEqualTo("1");
        assertThat(one("SELECT COUNT(*) FROM viewer_history PARTITION (future)"))
                .isEqualTo("1");
    }

    @Test
    void givesMissedDaysTheirPartitionsAndMovesTheirRowsThere() throws Exception {
        mysql.execute("", "DROP DATABASE IF EXISTS gap", "CREATE DATABASE gap");
        Migrations.run(mysql.config("gap"));
        Connections connections = new Connections(vertx, mysql.config("gap"));
        MySqlBookStore gap = MySqlBookStore.open(vertx, mysql.config("gap"));
        Partitions partitions = new Partitions(connections);
        LocalDate day = LocalDate.parse("2027-01-30");
        ok(partitions.prepare(day));

        long missed = Instant.parse("2027-02-06T10:00:00Z").toEpochMilli();
        ok(gap.saveSessions(List.of(session("s", missed, missed))));
        assertThat(mysql.one("gap", "SELECT COUNT(*) FROM user_sessions PARTITION (future)"))
                .isEqualTo("1");
        ok(partitions.prepare(day.plusDays(10)));

        assertThat(mysql.one("gap", "SELECT COUNT(*) FROM user_sessions PARTITION (p20270206)"))
                .isEqualTo("1");
        assertThat(mysql.one(
                        "gap",
                        "SELECT GROUP_CONCAT(PARTITION_NAME ORDER BY PARTITION_ORDINAL_POSITION)"
                                + " FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'gap'"
                                + " AND TABLE_NAME = 'viewer_history'"))
                .isEqualTo("past,p202701,p202702,p202703,p202704,p202705,future");
        ok(gap.close());
        ok(connections.close());
    }

    private static String partitions(String table, String unit, String format) throws SQLException {
        List<String> there = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            there.add("COUNT(IF(PARTITION_NAME = CONCAT('p', DATE_FORMAT(UTC_DATE() + INTERVAL " + i + " " + unit
                    + ", '" + format + "')), 1, NULL))");
        }
        return one("SELECT CONCAT(CONCAT_WS(',', " + String.join(", ", there) + "), ' of ', COUNT(*))"
                + " FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '" + table
                + "'");
    }
}
