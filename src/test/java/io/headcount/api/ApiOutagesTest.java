package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.bus.Addresses;
import io.headcount.bus.Message;
import io.headcount.model.Count;
import io.headcount.model.Mode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is answered while Redis, MySQL or a node is away, and how reads are shared. */
class ApiOutagesTest {
    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void whileRedisIsAwayTheLastCountThatWasHeardIsAnsweredAsDegraded() throws Exception {
        api.counters.away = true;
        Count heard = new Count("news", 9, 9, 9, 1, 2, 3, Mode.EXACT);
        api.bus.publish(Addresses.COUNTS, new Message.Counts("n2", List.of(heard)));

        await().untilAsserted(() -> {
            JsonObject count = api.json("/v1/streams/news/viewers");
            assertThat(count.getLong("viewers")).isEqualTo(9);
            assertThat(count.getString("mode")).isEqualTo("degraded");
        });
        for (String path : List.of("/v1/streams/unheard/viewers", "/v1/viewers?stream=news&stream=unheard")) {
            HttpResponse<String> unheard = api.get(path);
            RunningApi.assertProblem(unheard, 503, "Redis");
            assertThat(unheard.headers().firstValue("Retry-After")).hasValue("2");
        }

        api.counters.away = false;
        assertThat(api.json("/v1/streams/unheard/viewers").getString("mode")).isEqualTo("exact");
    }

    @Test
    void whileMySqlIsAwayOnlyWhatNeedsItFails() throws Exception {
        api.books.away = true;

        for (HttpResponse<String> answer : List.of(api.get("/v1/rankings"), api.put("/v1/streams/news", "{}"))) {
            RunningApi.assertProblem(answer, 503, "database");
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("2");
        }
        assertThat(api.get("/v1/streams/news/viewers").statusCode()).isEqualTo(200);
    }

    @Test
    void aMissingNodeDegradesTheStreamsThatItHad() throws Exception {
        api.counters.set("here", 1, "n1#1");
        api.counters.set("there", 1, "n1#1", "n2#1");

        api.bus.publishLocal(Addresses.MISSING_NODES, new Message.MissingNodes(Set.of("n2#1")));

        awaitMode("/v1/streams/there/viewers", "degraded");
        awaitMode("/v1/rankings", "degraded");
        awaitMode("/v1/streams/here/viewers", "exact");

        api.bus.publishLocal(Addresses.MISSING_NODES, new Message.MissingNodes(Set.of()));

        awaitMode("/v1/streams/there/viewers", "exact");
        awaitMode("/v1/rankings", "exact");
    }

    @Test
    void aNodeThatLostRedisDegradesEverything() throws Exception {
        api.bus.publishLocal(Addresses.HEALTH, new Message.Health(false));

        awaitMode("/v1/streams/news/viewers", "degraded");
        awaitMode("/v1/rankings", "degraded");

        api.bus.publishLocal(Addresses.HEALTH, new Message.Health(true));

        awaitMode("/v1/streams/news/viewers", "exact");
    }

    @Test
    void aHundredWhoAskAtOnceAreAnsweredFromOneRead() throws Exception {
        Promise<Void> slow = Promise.promise();
        api.counters.gate = slow.future();
        api.counters.set("news", 3);

        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(
                    api.client.sendAsync(api.request("/v1/streams/news/viewers").build(), BodyHandlers.ofString()));
        }
        // By then the time is over for which a finished read is shared.
        await().pollDelay(Duration.ofMillis(300)).until(() -> api.counters.reads.get() > 0);
        slow.complete();

        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(new JsonObject(answer.get().body()).getLong("viewers")).isEqualTo(3);
        }
        assertThat(api.counters.reads).hasValue(1);
    }

    @Test
    void aSlowReadIsSharedUntilItIsAnswered() {
        Promise<Void> slow = Promise.promise();
        api.counters.gate = slow.future();
        LiveCounts counts = new LiveCounts(api.bus, api.counters);
        Future<List<Count>> first = counts.of(List.of("news"));

        // By then the time is over for which a finished read is shared.
        await().pollDelay(Duration.ofMillis(150)).until(() -> !first.isComplete());
        Future<List<Count>> second = counts.of(List.of("news"));
        slow.complete();

        assertThat(api.counters.reads).hasValue(1);
        assertThat(RunningApi.await(second)).isEqualTo(RunningApi.await(first));
    }

    @Test
    void whereStreamsHaveToBeRegisteredAnUnknownOneIsNotFound() throws Exception {
        try (RunningApi strict = new RunningApi("streams.registration", "strict")) {
            RunningApi.assertProblem(strict.get("/v1/streams/news/viewers"), 404, "no stream news");
            RunningApi.assertProblem(strict.get("/v1/streams/a:b/viewers"), 400, "1 to 64");

            strict.put("/v1/streams/news", "{}");

            assertThat(strict.get("/v1/streams/news/viewers").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aNodeWithoutTheRoleAnswersHealthOnly() throws Exception {
        try (RunningApi gateway = new RunningApi("roles", List.of("gateway"))) {
            assertThat(gateway.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(gateway.get("/v1/viewers?stream=a").statusCode()).isEqualTo(404);
            assertThat(gateway.get("/docs").statusCode()).isEqualTo(404);
        }
    }

    private void awaitMode(String path, String mode) {
        await().untilAsserted(() -> assertThat(api.json(path).getString("mode")).isEqualTo(mode));
    }
}
