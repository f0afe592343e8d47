package io.headcount.persistence;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.bus.Roster;
import io.headcount.config.HeadcountConfig;
import io.headcount.config.MySqlConfig;
import io.headcount.model.HistoryPoint;
import io.headcount.model.SharedClock;
import io.headcount.store.mysql.Migrations;
import io.headcount.store.mysql.MySqlBookStore;
import io.headcount.store.mysql.OwnMySql;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupTotalsIT {
    private static final long DAY = 86_400_000;
    private static final long HOUR = 3_600_000;

    private final OwnMySql mysql = new OwnMySql();
    private final Vertx vertx = Vertx.vertx();
    private final long now = new SharedClock().nowMillis();
    private MySqlBookStore books;

    @BeforeEach
    void start() throws Exception {
        mysql.execute("", "CREATE DATABASE books");
        MySqlConfig config = mysql.config("books");
        Migrations.run(config);
        books = MySqlBookStore.open(vertx, config);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(20, SECONDS);
        mysql.stop();
    }

    @Test
    void sumsUpWhatWasNeverSummedUpOverGapsAndTheLastHourAgain() throws Exception {
        // Two days ago, a gap of more than a day, then ten hours.
        save("a", now - 2 * DAY, 1);
        save("b", now - 2 * DAY, 10);
        for (int hour = 10; hour > 0; hour--) {
            save("a", now - hour * HOUR, 100 + hour);
        }

        HeadcountConfig config = HeadcountConfig.read(Map.of("books.historyMillis", 1_000), Map.of());
        vertx.deployVerticle(new GroupTotalsVerticle(
                        config, alone(), books.groupTotals(), new SimpleMeterRegistry(), new SharedClock()))
                .await(20, SECONDS);

        await().atMost(60, SECONDS).until(() -> "11".equals(one("SELECT COUNT(*) FROM group_history")));
        assertThat(one("SELECT `close` FROM group_history ORDER BY bucket_at LIMIT 1"))
                .isEqualTo("11");
        long late = now - HOUR / 2;
        save("late", late, 5);
        await().atMost(60, SECONDS).until(() -> "12".equals(one("SELECT COUNT(*) FROM group_history")));
        save("later", late, 7);
        await().atMost(60, SECONDS)
                .until(() -> "12"
                        .equals(one("SELECT MIN(`close`) FROM group_history WHERE streams = 2"
                                + " AND bucket_at > UTC_TIMESTAMP() - INTERVAL 1 DAY")));
    }

    private void save(String stream, long at, long viewers) throws Exception {
        books.saveHistory(List.of(new HistoryPoint(stream, at, viewers, viewers, viewers, viewers, viewers, 0, 0, 1)))
                .await(20, SECONDS);
    }

    private String one(String sql) throws Exception {
        return mysql.one("books", sql);
    }

    private static Roster alone() {
        return new Roster() {
            @Override
            public String self() {
                return "n1";
            }

            @Override
            public Set<String> nodes() {
                return Set.of("n1");
            }

            @Override
            public String owner(String stream) {
                return "n1";
            }
        };
    }
}
