package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.StreamInfo;
import io.headcount.store.Readiness;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts, rankings, files and what every route has in common. */
class ApiRoutesTest {
    private static final String LONGEST = "a".repeat(64);

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
    void saysHowManyWatchAStream() throws Exception {
        api.counters.set("news", 7, "n1#1");

        HttpResponse<String> answer = api.get("/v1/streams/news/viewers");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(new JsonObject(answer.body()))
                .isEqualTo(new JsonObject()
                        .put("stream", "news")
                        .put("viewers", 7)
                        .put("sessions", 8)
                        .put("peak", new JsonObject().put("viewers", 12).put("at", "2025-10-09T08:52:20Z"))
                        .put("asOf", InMemoryCounters.AS_OF_MILLIS)
                        .put("maxStalenessMillis", LiveCounts.MAX_STALENESS_MILLIS)
                        .put("mode", "exact"));
    }

    @Test
    void aStreamThatNobodyWatchesHasNoViewersAndNoPeak() throws Exception {
        JsonObject count = api.json("/v1/streams/" + LONGEST + "/viewers");

        assertThat(count.getLong("viewers")).isZero();
        assertThat(count.getJsonObject("peak").getValue("at")).isNull();
        assertThat(count.getString("mode")).isEqualTo("exact");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%7Ba%7D",
                "a%7Bb",
                "a:b",
                "a*",
                "*",
                "a%2Fb",
                "%2F",
                "a%00",
                "%00",
                "a%20b",
                "%C3%A4",
                "a.b",
                "a%3Bb",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void anIdThatIsNoneIsRefusedWhereverItStands(String id) throws Exception {
        RunningApi.assertProblem(api.get("/v1/streams/" + id + "/viewers"), 400, "1 to 64 characters");
        RunningApi.assertProblem(api.get("/v1/viewers?stream=good&stream=" + id), 400, "1 to 64 characters");
        RunningApi.assertProblem(api.get("/v1/rankings?category=" + id), 400, "1 to 64 characters");
        RunningApi.assertProblem(api.put("/v1/streams/" + id, "{}"), 400, "1 to 64 characters");
        assertThat(api.counters.reads).hasValue(0);
        assertThat(api.books.streams).isEmpty();
    }

    @Test
    void anEmptyIdIsRefused() throws Exception {
        RunningApi.assertProblem(api.get("/v1/viewers?stream="), 400, "1 to 64 characters");
        RunningApi.assertProblem(api.get("/v1/rankings?category="), 400, "1 to 64 characters");
        assertThat(api.get("/v1/streams//viewers").statusCode()).isBetween(400, 405);
        RunningApi.assertProblem(api.put("/v1/streams/", "{}"), 404, "/openapi.yaml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/streams/{a}/viewers",
                "/v1/streams/%zz/viewers",
                "/v1/viewers?stream=%zz",
                "/v1/viewers?stream={a}",
                "/v1/rankings?limit=%"
            })
    void whatNoClientWouldSendIsABadRequest(String path) throws Exception {
        String answer = api.rawGet(path);

        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
    }

    @Test
    void answersManyStreamsInOrder() throws Exception {
        api.counters.set("b", 2);
        api.counters.set("a", 1);

        JsonArray items =
                api.json("/v1/viewers?stream=b&stream=a&stream=b&stream=c").getJsonArray("items");

        assertThat(items.stream().map(JsonObject.class::cast).map(item -> item.getString("stream")))
                .containsExactly("b", "a", "b", "c");
        assertThat(items.stream().map(JsonObject.class::cast).map(item -> item.getLong("viewers")))
                .containsExactly(2L, 1L, 2L, 0L);
    }

    @Test
    void answers500StreamsButNeitherNoneNor501() throws Exception {
        HttpResponse<String> most = api.get("/v1/viewers?" + streams(500));
        HttpResponse<String> tooMany = api.get("/v1/viewers?" + streams(501));

        assertThat(new JsonObject(most.body()).getJsonArray("items")).hasSize(500);
        RunningApi.assertProblem(tooMany, 400, "not 501");
        RunningApi.assertProblem(api.get("/v1/viewers"), 400, "1 to 500");
    }

    @Test
    void refusesALongUriWhereNoListIsAskedFor() throws Exception {
        assertThat(api.get("/v1/rankings?category=" + "c".repeat(4_096)).statusCode())
                .isEqualTo(414);
        assertThat(api.get("/v1/viewers?stream=" + "s".repeat(40_900)).statusCode())
                .isIn(400, 414);
    }

    @Test
    void ranksPageByPageToTheEnd() throws Exception {
        for (int i = 1; i <= 45; i++) {
            api.books.ranked.add(new StreamInfo("s" + i, "Title " + i, null, i % 3 == 0 ? "chess" : "news"));
        }

        List<String> streams = new ArrayList<>();
        List<Integer> pages = new ArrayList<>();
        String next = "";
        while (next != null) {
            JsonObject page = api.json("/v1/rankings?limit=20" + (next.isEmpty() ? "" : "&cursor=" + next));
            page.getJsonArray("items").forEach(item -> streams.add(((JsonObject) item).getString("stream")));
            pages.add(page.getJsonArray("items").size());
            next = page.getString("next");
        }

        assertThat(pages).containsExactly(20, 20, 5);
        assertThat(streams)
                .isEqualTo(IntStream.rangeClosed(1, 45).mapToObj(i -> "s" + i).toList());
        JsonObject chess = api.json("/v1/rankings?category=chess");
        assertThat(chess.getJsonArray("items")).hasSize(15);
        assertThat(chess.getJsonArray("items").getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("rank", 1)
                        .put("stream", "s3")
                        .put("title", "Title 3")
                        .putNull("broadcaster")
                        .put("category", "chess")
                        .put("viewers", 1_000)
                        .putNull("change"));
        assertThat(chess.getString("mode")).isEqualTo("exact");
        assertThat(chess.getLong("asOf")).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "-1", "x", "", "1.5", "99999999999999999999", "%2020"})
    void aLimitOutOfRangeIsRefused(String limit) throws Exception {
        RunningApi.assertProblem(
                api.get("/v1/rankings?limit=" + limit), 400, "limit must be a whole number from 1 to 100");
    }

    @Test
    void aCursorThatWasNotOursIsRefused() throws Exception {
        for (String cursor :
                List.of("", "x", "!!", "20", encoded("r"), encoded("r-1"), encoded("x5"), encoded("r9e9"))) {
            RunningApi.assertProblem(api.get("/v1/rankings?cursor=" + cursor), 400, "cursor must be");
        }
        String farAway = encoded("r" + Long.MAX_VALUE);
        assertThat(api.json("/v1/rankings?cursor=" + farAway).getJsonArray("items"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=5&limit=6", "category=a&category=a", "cursor=cjIw&cursor=cjIw"})
    void aParameterThatIsGivenTwiceIsRefused(String query) throws Exception {
        RunningApi.assertProblem(api.get("/v1/rankings?" + query), 400, "given 2 times");
    }

    @Test
    void anUnknownPathIsNotFound() throws Exception {
        for (String path :
                List.of("/v1", "/v1/", "/v1/nothing", "/v2/viewers", "/health/no", "/nothing", "/no/file.js")) {
            HttpResponse<String> answer = api.get(path);
            RunningApi.assertProblem(answer, 404, "/openapi.yaml");
            assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        }
        RunningApi.assertProblem(
                api.send(api.request("/v1/nothing").POST(BodyPublishers.noBody())), 404, "/openapi.yaml");
    }

    @Test
    void aWrongMethodIsToldTheRightOnes() throws Exception {
        Map<String, String> allowed = Map.of(
                "/v1/streams/news/viewers", "GET, HEAD",
                "/v1/viewers", "GET, HEAD",
                "/v1/rankings", "GET, HEAD",
                "/v1/streams/news", "PUT",
                "/health/live", "GET, HEAD",
                "/health/ready", "GET, HEAD",
                "/openapi.yaml", "GET, HEAD",
                "/docs", "GET, HEAD");
        for (Map.Entry<String, String> entry : allowed.entrySet()) {
            HttpResponse<String> answer =
                    api.send(api.request(entry.getKey()).method("DELETE", BodyPublishers.noBody()));
            RunningApi.assertProblem(answer, 405, entry.getValue());
            assertThat(answer.headers().firstValue("Allow")).as(entry.getKey()).hasValue(entry.getValue());
        }
        HttpResponse<String> read = api.get("/v1/streams/news");
        RunningApi.assertProblem(read, 405, "PUT");
        assertThat(read.headers().firstValue("Allow")).hasValue("PUT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/streams/news/viewers",
                "/v1/viewers?stream=a",
                "/v1/viewers",
                "/v1/rankings?limit=5",
                "/health/live",
                "/openapi.yaml",
                "/openapi.json",
                "/docs",
                "/docs.js",
                "/nothing"
            })
    void headIsAnsweredLikeGetWithoutTheBody(String path) throws Exception {
        HttpResponse<String> get = api.get(path);
        HttpResponse<String> head = api.send(api.request(path).method("HEAD", BodyPublishers.noBody()));

        assertThat(head.statusCode()).isEqualTo(get.statusCode());
        assertThat(head.body()).isEmpty();
        for (String header : List.of("Content-Length", "Cache-Control")) {
            assertThat(head.headers().firstValue(header))
                    .as(header)
                    .isPresent()
                    .isEqualTo(get.headers().firstValue(header));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/streams/a/viewers", "/v1/viewers", "/v1/nothing", "/docs", "/openapi.json", "/no.js"})
    void everyAnswerHasTheSecurityHeaders(String path) throws Exception {
        HttpResponse<String> answer = api.get(path);

        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(answer.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy ->
                        assertThat(policy).contains("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..%2fopenapi/openapi.yaml",
                "/%2e%2e/openapi/openapi.yaml",
                "/%2e%2e%2fopenapi%2fopenapi.yaml",
                "/../openapi/openapi.yaml",
                "/x/../../openapi/openapi.yaml",
                "/..%5copenapi%5copenapi.yaml",
                "/..\\openapi\\openapi.yaml",
                "/..%252fopenapi/openapi.yaml",
                "//openapi/openapi.yaml",
                "/....//openapi/openapi.yaml",
                "/..;/openapi/openapi.yaml",
                "/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd",
                "//etc/passwd",
                "/docs.html%00.js"
            })
    void noPathLeadsOutOfTheFolderOfFiles(String path) throws Exception {
        String answer = api.rawGet(path);

        assertThat(answer).matches("(?s)HTTP/1.1 40[0345] .*").doesNotContain("openapi: 3.1.0", "root:", "<html");
    }

    @Test
    void theDescriptionIsYamlAndTheSameAsJson() throws Exception {
        HttpResponse<String> yaml = api.get("/openapi.yaml");
        HttpResponse<String> json = api.get("/openapi.json");

        assertThat(yaml.headers().firstValue("Content-Type")).hasValue("application/yaml");
        assertThat(yaml.body()).startsWith("openapi: 3.1.0");
        assertThat(json.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(new JsonObject(json.body()).getString("openapi")).isEqualTo("3.1.0");
    }

    @Test
    void thePageOfTheDescriptionNeedsNoOtherHost() throws Exception {
        HttpResponse<String> page = api.get("/docs");

        assertThat(page.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
        for (String file : List.of("/docs", "/docs.js", "/docs.css")) {
            HttpResponse<String> answer = api.get(file);
            assertThat(answer.statusCode()).as(file).isEqualTo(200);
            assertThat(answer.headers().firstValue("Cache-Control")).as(file).hasValue("public, max-age=60");
            assertThat(answer.body()).as(file).doesNotContain("http://", "https://", "style=", "onclick", "innerHTML");
        }
        assertThat(page.body()).contains("/docs.js", "/docs.css").doesNotContain("<style");
    }

    @Test
    void saysWhetherTheNodeIsReadyAndWhatIsMissing() throws Exception {
        assertThat(api.json("/health/live")).isEqualTo(new JsonObject().put("live", true));
        assertThat(api.get("/health/ready").statusCode()).isEqualTo(200);

        api.readiness = new Readiness.Report(false, Map.of("redis", "out of reach"));
        HttpResponse<String> answer = api.get("/health/ready");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(answer.body()))
                .isEqualTo(new JsonObject()
                        .put("ready", false)
                        .put("checks", new JsonObject().put("redis", "out of reach")));
    }

    private static String streams(int count) {
        return IntStream.range(0, count).mapToObj(i -> "stream=s" + i).collect(Collectors.joining("&"));
    }

    private static String encoded(String cursor) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor.getBytes(StandardCharsets.UTF_8));
    }
}
