package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The description against the server: what it promises is there, and nothing comes that it does not name. */
class OpenApiTest {
    private RunningApi api;
    private JsonObject description;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
        description = api.json("/openapi.json");
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void everyDocumentedOperationIsThereAndAnswersAsDocumented() throws Exception {
        List<String> seen = new ArrayList<>();
        for (Operation operation : operations()) {
            HttpResponse<String> answer = api.send(request(operation, "news", true));

            assertThat(answer.statusCode()).as(operation.toString()).isNotIn(404, 405);
            assertDocumented(operation, answer);
            seen.add(operation.method + " " + answer.statusCode());
        }
        assertThat(seen).contains("GET 200", "PUT 200", "GET 426");
    }

    @Test
    void refusalsAreDocumented() throws Exception {
        for (Operation operation : operations()) {
            assertDocumented(operation, api.send(request(operation, "a:b", false)));
            assertDocumented(operation, api.send(request(operation, "news", false)));
            HttpResponse<String> wrongMethod =
                    api.send(api.request(path(operation, "news")).method("PATCH", BodyPublishers.noBody()));
            assertThat(wrongMethod.statusCode()).isEqualTo(405);
            assertDocumented(operation, wrongMethod);
        }
    }

    @Test
    void outagesAreDocumented() throws Exception {
        api.counters.away = true;
        api.books.away = true;
        for (Operation operation : operations()) {
            assertDocumented(operation, api.send(request(operation, "news", true)));
        }
    }

    @Test
    void answersHaveTheFieldsThatAreDocumented() throws Exception {
        assertThat(api.json("/v1/streams/news/viewers").fieldNames()).isEqualTo(fields("Count"));
        assertThat(api.json("/v1/rankings").fieldNames()).isEqualTo(fields("Ranking"));
        assertThat(api.json("/v1/rankings/rising").fieldNames()).isEqualTo(fields("Rising"));
        assertThat(api.json("/v1/rankings/broadcasters").fieldNames()).isEqualTo(fields("Broadcasters"));
        assertThat(new JsonObject(api.put("/v1/categories/games", "{}").body()).fieldNames())
                .isEqualTo(fields("CategoryRecord"));
        assertThat(new JsonObject(api.put("/v1/users/u1", "{}").body()).fieldNames())
                .isEqualTo(fields("NameRecord"));
        assertThat(api.json("/v1/streams/news/history").fieldNames()).isEqualTo(fields("Series"));
        assertThat(api.json("/v1/platform/growth").fieldNames()).isEqualTo(fields("Growth"));
        assertThat(api.json("/v1/analytics/compare").fieldNames()).isEqualTo(fields("Comparison"));
        assertThat(api.json("/v1/analytics/daily").fieldNames()).isEqualTo(fields("Daily"));
        assertThat(api.json("/v1/analytics/trends").fieldNames()).isEqualTo(fields("Trends"));
        assertThat(api.json("/v1/analytics/revenue").fieldNames()).isEqualTo(fields("Revenue"));
        assertThat(api.json("/v1/analytics/forecast").fieldNames()).isEqualTo(fields("Forecast"));
        assertThat(api.json("/v1/analytics/heatmap").fieldNames()).isEqualTo(fields("HeatMap"));
        assertThat(api.json("/v1/analytics/retention?stream=news").fieldNames()).isEqualTo(fields("Retention"));
        assertThat(api.json("/v1/analytics/watch-time?stream=news").fieldNames())
                .isEqualTo(fields("WatchTime"));
        assertThat(api.json("/v1/analytics/overlap?stream=a&stream=b").fieldNames())
                .isEqualTo(fields("Overlap"));
        assertThat(api.json("/health/ready").fieldNames()).isEqualTo(fields("Readiness"));
        assertThat(api.json("/v1/nothing").fieldNames()).isEqualTo(fields("Problem"));
        assertThat(new JsonObject(api.send(api.request("/v1/streams/news/beat?user=u1")
                                        .POST(BodyPublishers.ofString("{}")))
                                .body())
                        .fieldNames())
                .isEqualTo(fields("Beat"));
        assertThat(new JsonObject(api.put("/v1/streams/news", "{}").body()).fieldNames())
                .isEqualTo(fields("Stream"));
    }

    @Test
    void aViewerSwitchesToWebSocketAsDocumented() throws Exception {
        WebSocket socket = api.client
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + api.port + "/v1/streams/news/watch?user=u1"),
                        new WebSocket.Listener() {})
                .get(20, TimeUnit.SECONDS);
        socket.abort();

        Operation watch = operations().stream()
                .filter(operation -> operation.path.endsWith("/watch"))
                .findFirst()
                .orElseThrow();
        assertThat(watch.answers.fieldNames()).contains("101");
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<String> references = new ArrayList<>();
        collectReferences(description.getMap(), references);

        assertThat(references).isNotEmpty();
        for (String reference : references) {
            Object at = description;
            for (String key : reference.substring(2).split("/", -1)) {
                at = ((JsonObject) at).getValue(key);
                assertThat(at).as(reference).isNotNull();
            }
        }
    }

    private static void collectReferences(Object node, List<String> references) {
        if (node instanceof java.util.Map<?, ?> map) {
            map.forEach((key, value) -> {
                if ("$ref".equals(key)) {
                    references.add(value.toString());
                }
                collectReferences(value, references);
            });
        } else if (node instanceof List<?> list) {
            list.forEach(item -> collectReferences(item, references));
        }
    }

    private Set<String> fields(String schema) {
        return description
                .getJsonObject("components")
                .getJsonObject("schemas")
                .getJsonObject(schema)
                .getJsonObject("properties")
                .fieldNames();
    }

    private List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        JsonObject paths = description.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            for (String method : paths.getJsonObject(path).fieldNames()) {
                operations.add(new Operation(
                        path,
                        method.toUpperCase(Locale.ROOT),
                        paths.getJsonObject(path).getJsonObject(method).getJsonObject("responses")));
            }
        }
        assertThat(operations).hasSizeGreaterThan(8);
        return operations;
    }

    private static String path(Operation operation, String stream) {
        return operation.path.replaceAll("\\{\\w+}", stream);
    }

    /** A request; a valid one where it is to be {@code complete}. */
    private HttpRequest.Builder request(Operation operation, String stream, boolean complete) {
        String query = complete ? "?stream=" + stream + "&user=u1" : "";
        HttpRequest.Builder request = api.request(path(operation, stream) + query);
        if (operation.method.equals("GET")) {
            return request;
        }
        if (complete) {
            request.header("Authorization", "Bearer " + RunningApi.TOKEN).header("Content-Type", "application/json");
        }
        return request.method(operation.method, BodyPublishers.ofString("{}"));
    }

    private static void assertDocumented(Operation operation, HttpResponse<String> answer) {
        String status = Integer.toString(answer.statusCode());
        assertThat(operation.answers.fieldNames()).as(operation.toString()).contains(status);
        JsonObject documented = operation.answers.getJsonObject(status);
        if (documented.containsKey("content")) {
            String type =
                    answer.headers().firstValue("Content-Type").orElse("none").split(";", 2)[0];
            assertThat(documented.getJsonObject("content").fieldNames())
                    .as("%s %s", operation, status)
                    .contains(type);
        }
    }

    private record Operation(String path, String method, JsonObject answers) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }
}
