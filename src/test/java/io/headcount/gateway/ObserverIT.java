package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.model.Count;
import io.headcount.model.Mode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObserverIT {
    private RunningGateway running;

    private RunningGateway start(Object... settings) {
        running = new RunningGateway(settings);
        return running;
    }

    private void store(String stream, long viewers) {
        running.stored.put(stream, running.counter.count(stream, viewers, Mode.EXACT));
    }

    @AfterEach
    void stop() {
        if (running != null) {
            running.close();
        }
    }

    @Test
    void isToldTheCountsOfStreamsThatNobodyHereWatchesAtOnceAndIsNotCounted() {
        start();
        store("a", 3);
        store("b", 0);

        try (RawViewer observer = running.connect("/v1/counts?stream=a&stream=b&stream=a")) {
            List<String> told = List.of(observer.readText(), observer.readText());

            assertThat(told)
                    .anyMatch(text -> text.matches(
                            "\\{\"type\":\"count\",\"stream\":\"a\",\"viewers\":3,\"asOf\":\\d+,\"mode\":\"exact\"}"))
                    .anyMatch(text -> text.contains("\"stream\":\"b\",\"viewers\":0,"));
            assertThat(running.counter.events).isEmpty();
            assertThat(running.gateway.sockets()).isEqualTo(1);
        }
        await().until(() -> running.gateway.sockets() == 0);
        assertThat(running.counter.events).isEmpty();
    }

    @Test
    void isToldWhatTheOwnersPublishOfItsStreamsOnly() {
        start();
        store("a", 3);
        try (RawViewer observer = running.connect("/v1/counts?stream=a")) {
            assertThat(observer.readText()).contains("\"viewers\":3");

            running.publish(running.counter.count("other", 9, Mode.EXACT));
            running.publish(running.counter.count("a", 4, Mode.EXACT));

            assertThat(observer.readText()).contains("\"stream\":\"a\",\"viewers\":4");
        }
    }

    @Test
    void isKeptUpToDateWhereNoOwnerSpeaks() {
        start();
        store("a", 3);
        try (RawViewer observer = running.connect("/v1/counts?stream=a")) {
            assertThat(observer.readText()).contains("\"viewers\":3");

            store("a", 5);

            assertThat(observer.readText()).contains("\"viewers\":5").contains("exact");
        }
    }

    @Test
    void isToldWhatIsKnownAtOnceWhenAnotherObservesTheSame() {
        start("websocket.instances", 1);
        store("a", 3);
        try (RawViewer first = running.connect("/v1/counts?stream=a")) {
            first.readText();
            running.stored.clear();
            try (RawViewer second = running.connect("/v1/counts?stream=a")) {
                assertThat(second.readText()).contains("\"viewers\":3");
            }
        }
    }

    @Test
    void leavesTheViewersOfTheSameStreamAlone() {
        start("websocket.instances", 1);
        try (RawViewer viewer = running.connect("/v1/streams/a/watch?user=u");
                RawViewer observer = running.connect("/v1/counts?stream=a")) {
            assertThat(viewer.readText()).contains("welcome");
            Count count = running.counter.count("a", 7, Mode.EXACT);
            running.publish(count);

            assertThat(viewer.readText()).contains("\"viewers\":7");
            assertThat(observer.readText()).contains("\"viewers\":7");
            observer.sendText("{\"type\":\"ping\"}");
            assertThat(observer.readText()).isEqualTo("{\"type\":\"pong\"}");
            assertThat(running.counter.open).hasSize(1);
        }
        await().until(() -> running.counter.open.isEmpty());
        assertThat(running.counter.events).hasSize(2);
    }

    @Test
    void mayObserveTwoHundredStreams() {
        start();
        String query = IntStream.range(0, 200)
                .mapToObj(i -> "stream=" + "s".repeat(60) + i)
                .collect(Collectors.joining("&"));
        IntStream.range(0, 200).forEach(i -> store("s".repeat(60) + i, i));

        try (RawViewer observer = running.connect("/v1/counts?" + query)) {
            long told = IntStream.range(0, 200)
                    .mapToObj(i -> observer.readText())
                    .distinct()
                    .count();

            assertThat(told).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1/counts", "/v1/counts?stream=", "/v1/counts?stream=a&stream=b%7Bc", "/v1/counts?stream=a:b"})
    void refusesNoStreamAndBadIds(String path) {
        start();

        assertThat(answer(path)).contains(" 400 ");
    }

    @Test
    void refusesMoreThanTwoHundredStreams() {
        start();

        assertThat(answer("/v1/counts?"
                        + IntStream.rangeClosed(0, 200)
                                .mapToObj(i -> "stream=s" + i)
                                .collect(Collectors.joining("&"))))
                .contains(" 400 ");
    }

    @Test
    void refusesAnUnknownStreamWhereStreamsMustBeRegistered() {
        start("streams.registration", "strict");

        assertThat(answer("/v1/counts?stream=known&stream=unknown")).contains(" 404 ");
    }

    @Test
    void isAskedForATokenWhereTheModeIsNotOpen() {
        start("auth.mode", "jwt", "auth.secret", "0123456789abcdef0123456789abcdef");

        assertThat(answer("/v1/counts?stream=a")).contains(" 401 ");
    }

    private String answer(String path) {
        try (RawViewer raw = RawViewer.connect(running.port)) {
            return raw.send(RawViewer.request(path).getBytes(StandardCharsets.US_ASCII))
                    .readHead();
        }
    }
}
