package io.headcount.store.mysql;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headcount.store.BookException;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BookFaultsIT extends OwnBooks {
    @Test
    void writesAgainWhenAKilledServerIsBack() throws Exception {
        ok(books.saveCurrent(List.of(count("a", 1, NOON, 1))));

        mysql.kill();
        assertThatThrownBy(() -> ok(books.saveCurrent(List.of(count("a", 2, NOON + 1, 2)))))
                .isInstanceOfSatisfying(
                        BookException.class, e -> assertThat(e.advice()).contains("mysql.host"));
        mysql.start();

        assertThatCode(() -> ok(books.saveCurrent(List.of(count("a", 3, NOON + 2, 3)))))
                .doesNotThrowAnyException();
        assertThat(one("SELECT viewers FROM current_viewers")).isEqualTo("3");
    }

    @Test
    void givesUpAFrozenServerInTimeAndUsesItAgainAfterwards() throws Exception {
        ok(books.ping());

        mysql.freeze();
        long tookMillis;
        try {
            long start = System.nanoTime();
            List<Future<Void>> calls =
                    Collections.nCopies(12, 0).stream().map(i -> books.ping()).toList();
            for (Future<Void> call : calls) {
                assertThatThrownBy(() -> ok(call)).isInstanceOf(BookException.class);
            }
            tookMillis = (System.nanoTime() - start) / 1_000_000;
        } finally {
            mysql.thaw();
        }

        assertThat(tookMillis).isBetween(900L, 2_900L);
        await().atMost(5, SECONDS).untilAsserted(() -> ok(books.ping()));
    }

    @Test
    void writesAgainOnceTheServerIsNoLongerReadOnlyAndLeavesNoConnectionBehind() throws Exception {
        ok(Future.all(books.ping(), books.ping(), books.ping(), books.ping()));
        String before = connectionIds();

        mysql.readOnly(true);
        assertThatThrownBy(() -> ok(books.saveCurrent(List.of(count("a", 1, NOON, 1)))))
                .isInstanceOfSatisfying(
                        BookException.class,
                        e -> assertThat(e.advice()).as(e.getMessage()).contains("failover"));
        List<String> after = new ArrayList<>(List.of(connectionIds().split(",")));
        mysql.readOnly(false);

        // Every connection from before met the read-only server once at most.
        assertThat(after).doesNotContainAnyElementsOf(List.of(before.split(",")));
        ok(books.saveCurrent(List.of(count("a", 2, NOON, 1))));
        assertThat(one("SELECT viewers FROM current_viewers")).isEqualTo("2");
    }

    @Test
    void refusesWhatWouldWaitTooLongInLine() {
        // The connections and the places in line are few, so a flood fails at once instead of growing.
        List<Future<Void>> flood =
                IntStream.range(0, 2_000).mapToObj(i -> books.ping()).toList();

        assertThatThrownBy(() -> ok(Future.join(flood))).isInstanceOf(BookException.class);
        assertThat(flood.stream().filter(Future::succeeded).count()).isPositive();
        assertThatCode(() -> ok(books.ping())).doesNotThrowAnyException();
    }

    private static String connectionIds() throws SQLException {
        return one("SELECT COALESCE(GROUP_CONCAT(id), 'none') FROM information_schema.processlist WHERE db = '"
                + DATABASE + "' AND id <> CONNECTION_ID()");
    }
}
