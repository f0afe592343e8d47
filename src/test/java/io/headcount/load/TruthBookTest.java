package io.headcount.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TruthBookTest {
    @Test
    void countsAUserOnceOverAllOfItsTabs() {
        TruthBook book = new TruthBook(2);
        Watcher one = new Watcher(1, 1);

        book.opened(one);
        book.opened(one);
        book.opened(new Watcher(2, 1));
        book.closed(one);

        assertThat(book.users()).containsExactly(0, 2);
        assertThat(book.sessions()).containsExactly(0, 2);
        book.closed(one);
        assertThat(book.users()).containsExactly(0, 1);
        assertThat(book.finished()).isEqualTo(2);
    }

    @Test
    void agreesWithAListOfOpenSocketsAfterAnyHistory() {
        SplittableRandom random = new SplittableRandom(3);
        List<Watcher> watchers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            watchers.add(new Watcher(i, i % 5));
        }
        TruthBook book = new TruthBook(5);
        List<Watcher> open = new ArrayList<>();

        for (int step = 0; step < 20_000; step++) {
            if (open.isEmpty() || random.nextInt(100) < 50) {
                Watcher watcher = watchers.get(random.nextInt(watchers.size()));
                open.add(watcher);
                book.opened(watcher);
            } else {
                book.closed(open.remove(random.nextInt(open.size())));
            }
        }

        for (int stream = 0; stream < 5; stream++) {
            int own = stream;
            assertThat(book.sessions()[stream])
                    .isEqualTo(open.stream().filter(w -> w.stream == own).count());
            assertThat(book.users()[stream])
                    .isEqualTo(open.stream()
                            .filter(w -> w.stream == own)
                            .distinct()
                            .count());
        }
    }

    @Test
    void refusesAClosedSocketThatWasNeverOpen() {
        assertThatThrownBy(() -> new TruthBook(1).closed(new Watcher(1, 0))).isInstanceOf(IllegalStateException.class);
    }
}
