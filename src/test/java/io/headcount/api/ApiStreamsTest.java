package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.StreamInfo;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Master data of streams: who may change it, and what is taken. */
class ApiStreamsTest {
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
    void createsAndChangesAStream() throws Exception {
        HttpResponse<String> created = api.put("/v1/streams/news", "{\"title\":\"Evening news\",\"category\":\"tv\"}");
        HttpResponse<String> changed = api.put("/v1/streams/news", "{\"title\":null,\"broadcaster\":\"channel-1\"}");

        assertThat(created.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(changed.body()))
                .isEqualTo(new JsonObject()
                        .put("id", "news")
                        .put("title", "Evening news")
                        .put("broadcaster", "channel-1")
                        .put("category", "tv"));
    }

    @Test
    void masterDataNeedsTheOperatorsToken() throws Exception {
        HttpRequest.BodyPublisher body = BodyPublishers.ofString("{}");
        HttpRequest.Builder request = api.request("/v1/streams/news").header("Content-Type", "application/json");

        HttpResponse<String> without = api.send(request.copy().PUT(body));
        RunningApi.assertProblem(without, 401, "auth.adminToken");
        assertThat(without.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"headcount\"");
        for (String wrong : List.of("Bearer", "Bearer wrong", "Basic " + RunningApi.TOKEN, RunningApi.TOKEN)) {
            RunningApi.assertProblem(
                    api.send(request.copy().header("Authorization", wrong).PUT(body)), 401, "Bearer TOKEN");
        }
        assertThat(api.books.streams).isEmpty();
    }

    @Test
    void withoutATokenInTheConfigurationItSaysWhatToSet() throws Exception {
        try (RunningApi open = new RunningApi("auth.adminToken", "")) {
            RunningApi.assertProblem(open.put("/v1/streams/news", "{}"), 503, "HEADCOUNT_AUTH_ADMIN_TOKEN");
            RunningApi.assertProblem(
                    open.send(open.request("/v1/streams/news")
                            .header("Authorization", "Bearer ")
                            .PUT(BodyPublishers.noBody())),
                    503,
                    "auth.adminToken");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "nonsense",
                "[]",
                "[{}]",
                "null",
                "5",
                "\"text\"",
                "{\"titel\":\"x\"}",
                "{\"title\":5}",
                "{\"title\":{}}",
                "{\"title\":\"\"}",
                "{\"title\":\" \"}",
                "{\"broadcaster\":\"a:b\"}",
                "{\"category\":\"\"}",
                "{} {}",
            })
    void aBodyThatIsNoStreamIsRefused(String body) throws Exception {
        RunningApi.assertProblem(api.put("/v1/streams/news", body), 400, "");
        assertThat(api.books.streams).isEmpty();
    }

    @Test
    void everythingThatIsWrongWithABodyIsNamedAtOnce() throws Exception {
        String title = "x".repeat(StreamInfo.MAX_TITLE_LENGTH + 1);

        HttpResponse<String> fields = api.put("/v1/streams/news", "{\"a\":1,\"title\":2}");
        HttpResponse<String> values = api.put("/v1/streams/news", "{\"title\":\"" + title + "\",\"category\":\"{\"}");
        HttpResponse<String> deep = api.put("/v1/streams/news", "[".repeat(60_000));

        RunningApi.assertProblem(fields, 400, "unknown field \"a\"");
        RunningApi.assertProblem(fields, 400, "title must be a text");
        RunningApi.assertProblem(values, 400, "title must be 1 to 200");
        RunningApi.assertProblem(values, 400, "category must be");
        RunningApi.assertProblem(deep, 400, "not JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/jsonp", "application/x-www-form-urlencoded", "application/xml"})
    void onlyJsonIsTaken(String type) throws Exception {
        HttpRequest.Builder request = api.request("/v1/streams/news")
                .header("Authorization", "Bearer " + RunningApi.TOKEN)
                .PUT(BodyPublishers.ofString("{}"));

        RunningApi.assertProblem(api.send(request.copy()), 415, "application/json");
        RunningApi.assertProblem(api.send(request.copy().header("Content-Type", type)), 415, "application/json");
        assertThat(api.send(request.copy().header("Content-Type", "Application/JSON ; charset=utf-8"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aBodyOver64KiBIsRefused() throws Exception {
        String padding = " ".repeat(65_536 - 2);

        assertThat(api.put("/v1/streams/news", "{" + padding + "}").statusCode())
                .isEqualTo(200);
        RunningApi.assertProblem(api.put("/v1/streams/news", "{ " + padding + "}"), 413, "64 KiB");
    }
}
