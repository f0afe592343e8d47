package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.bus.Addresses;
import io.headcount.bus.Message;
import io.headcount.model.Count;
import io.headcount.model.Mode;
import io.micrometer.core.instrument.Meter;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the API meets pages of other origins, meters, disordered messages and requests with several mistakes. */
class ApiEdgesTest {
    private static final String ALLOW = "Access-Control-Allow-Origin";

    @Test
    void onlyPagesOfAllowedOriginsMayReadCounts() throws Exception {
        try (RunningApi api = new RunningApi("websocket.allowedOrigins", List.of("https://tv.example"))) {
            HttpResponse<String> ours = fromOrigin(api, "https://tv.example");
            HttpResponse<String> others = fromOrigin(api, "https://evil.example");

            assertThat(ours.headers().firstValue(ALLOW)).hasValue("https://tv.example");
            assertThat(others.statusCode()).isEqualTo(200);
            assertThat(others.headers().firstValue(ALLOW)).isEmpty();
            assertThat(others.headers().firstValue("Vary")).hasValue("origin");
        }
    }

    @Test
    void noPageOfAnotherOriginMayWrite() throws Exception {
        try (RunningApi api = new RunningApi("websocket.allowedOrigins", List.of("*"))) {
            HttpResponse<String> read = fromOrigin(api, "https://any.example");
            HttpResponse<String> preflight = api.send(api.request("/v1/streams/news")
                    .header("Origin", "https://any.example")
                    .header("Access-Control-Request-Method", "PUT")
                    .method("OPTIONS", BodyPublishers.noBody()));

            assertThat(read.headers().firstValue(ALLOW)).hasValue("*");
            assertThat(preflight.statusCode()).isEqualTo(405);
            assertThat(preflight.headers().firstValue(ALLOW)).isEmpty();
        }
    }

    @Test
    void withoutAllowedOriginsNoOtherPageMayRead() throws Exception {
        try (RunningApi api = new RunningApi()) {
            assertThat(fromOrigin(api, "https://tv.example").headers().firstValue(ALLOW))
                    .isEmpty();
        }
    }

    @Test
    void anOlderCountThatArrivesLateDoesNotReplaceANewerOne() throws Exception {
        try (RunningApi api = new RunningApi()) {
            api.counters.away = true;
            long now = InMemoryCounters.AS_OF_MILLIS;
            hear(api, count("news", 9, now, 3));
            hear(api, count("news", 5, now - 1_000, 2));
            hear(api, count("last", 1, now, 1));

            await().until(() -> api.get("/v1/streams/last/viewers").statusCode() == 200);
            assertThat(viewers(api, "news")).isEqualTo(9);

            hear(api, count("news", 4, now - 60_000, 1));

            await("a clock that was set back").until(() -> viewers(api, "news") == 4);
        }
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() throws Exception {
        try (RunningApi api = new RunningApi()) {
            assertThat(detail(api.put(
                            "/v1/streams/news", "{\"x\":1,\"title\":\"\",\"broadcaster\":5,\"category\":\"{\"}")))
                    .contains("unknown field \"x\"", "title must be", "broadcaster must be a text", "category must be");
            assertThat(detail(api.get("/v1/rankings?limit=x&category=a:b&cursor=1&cursor=2")))
                    .contains("limit must be", "category must be", "cursor was given 2 times");
            assertThat(detail(api.get("/v1/viewers?stream=a&stream=b:c&stream=d&stream=*")))
                    .contains("no. 2, 4 is not");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{;  \"title\": oops} | line 2, column 12",
                "{\"title\":\"x\" | line 1, column 13",
                "{\"title\":\"x\",,} | line 1, column 14"
            })
    void saysWhereABodyStopsBeingJson(String body, String where) throws Exception {
        try (RunningApi api = new RunningApi()) {
            assertThat(detail(api.put("/v1/streams/news", body.replace(';', '\n'))))
                    .contains("not JSON (" + where + ")")
                    .doesNotContain("Source");
        }
    }

    @Test
    void theSchemeOfTheTokenMayBeWrittenAsOneLikes() throws Exception {
        try (RunningApi api = new RunningApi()) {
            for (Map.Entry<String, Integer> entry : Map.of(
                            "bearer " + RunningApi.TOKEN, 200, "BEARER " + RunningApi.TOKEN, 200, "bearer wrong", 401)
                    .entrySet()) {
                HttpResponse<String> answer = api.send(api.request("/v1/streams/news")
                        .header("Authorization", entry.getKey())
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString("{}")));
                assertThat(answer.statusCode()).as(entry.getKey()).isEqualTo(entry.getValue());
            }
        }
    }

    @Test
    void everyRequestIsTimedOnceByRouteAndStatusButNeverByPath() throws Exception {
        try (RunningApi api = new RunningApi()) {
            api.get("/v1/streams/news/viewers");
            api.get("/v1/streams/a:b/viewers");
            api.get("/docs");
            api.get("/no/such/file");
            api.get("/v1/nothing");
            api.get("/v1/streams/news");
            api.put("/v1/streams/news", " ".repeat(70_000));

            await().untilAsserted(() -> assertThat(timed(api))
                    .isEqualTo(Set.of(
                            "/v1/streams/:stream/viewers 200 1",
                            "/v1/streams/:stream/viewers 400 1",
                            "files 200 1",
                            "files 404 1",
                            "none 404 1",
                            "/v1/streams/:stream 405 1",
                            "/v1/streams/:stream 413 1")));
        }
    }

    private static Set<String> timed(RunningApi api) {
        return api.meters.find("headcount.api.request").timers().stream()
                .map(timer -> tag(timer, "route") + " " + tag(timer, "status") + " " + timer.count())
                .collect(Collectors.toSet());
    }

    private static String tag(Meter meter, String name) {
        return meter.getId().getTag(name);
    }

    private static HttpResponse<String> fromOrigin(RunningApi api, String origin) throws Exception {
        return api.send(api.request("/v1/viewers?stream=a").header("Origin", origin));
    }

    private static void hear(RunningApi api, Count count) {
        api.bus.publish(Addresses.COUNTS, new Message.Counts("n2", List.of(count)));
    }

    private static Count count(String stream, long viewers, long asOfMillis, long revision) {
        return new Count(stream, viewers, viewers, viewers, asOfMillis, asOfMillis, revision, Mode.EXACT);
    }

    private static long viewers(RunningApi api, String stream) throws Exception {
        return api.json("/v1/streams/" + stream + "/viewers").getLong("viewers");
    }

    private static String detail(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        return new JsonObject(answer.body()).getString("detail");
    }
}
