package io.headcount.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.model.Count;
import io.headcount.model.Mode;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveViewTest {
    private final LiveView view = new LiveView();

    @Test
    void sumsUpWhatOwnersSayAndForgetsWhatTheySayNoMore() {
        view.offer(List.of(count("a", 3, 1, Mode.EXACT), count("b", 4, 1, Mode.DEGRADED)), 0);
        assertThat(view.sum(1_000, 10_000)).isEqualTo(new LiveView.Totals(10_000, 7, 14, 2, 1));

        view.offer(List.of(count("b", 5, 2, Mode.EXACT)), 5_000);
        assertThat(view.sum(7_000, 16_000)).isEqualTo(new LiveView.Totals(16_000, 5, 10, 1, 0));
    }

    @Test
    void anOlderCountDoesNotReplaceANewerOne() {
        view.offer(List.of(count("a", 3, 2, Mode.EXACT)), 0);
        view.offer(List.of(count("a", 9, 1, Mode.EXACT)), 0);

        assertThat(view.sum(0, 0).viewers()).isEqualTo(3);
    }

    @Test
    void keepsFifteenMinutesOfItsTotals() {
        for (int second = 0; second <= 1_000; second++) {
            view.sum(second * 1_000L, second * 1_000L);
        }

        assertThat(view.curve(1)).hasSize(901);
        assertThat(view.curve(1).get(0).atMillis()).isEqualTo(100_000);
        assertThat(view.curve(5)).hasSize(181);
    }

    @Test
    void givesAPageOfTheMatchingStreamsInOrder() {
        view.offer(
                List.of(
                        count("cup-1", 1, 1, Mode.EXACT),
                        count("cup-2", 9, 1, Mode.EXACT),
                        count("cup-3", 5, 1, Mode.EXACT),
                        count("talk", 100, 1, Mode.EXACT)),
                0);

        LiveView.Part page = view.page("cup", LiveView.Order.of("viewers"), 1, 1);

        assertThat(page.matching()).isEqualTo(3);
        assertThat(page.items()).extracting(Count::stream).containsExactly("cup-3");
        assertThat(view.page("cup", LiveView.Order.of("stream"), 3, 10).items()).isEmpty();
    }

    @Test
    void anUnknownOrderIsToldTheKnownOnes() {
        assertThatThrownBy(() -> LiveView.Order.of("age")).hasMessageContaining("viewers, sessions, peak, stream");
    }

    private static Count count(String stream, long viewers, long asOfMillis, Mode mode) {
        return new Count(stream, viewers, viewers * 2, viewers, 0, asOfMillis, 0, mode);
    }
}
