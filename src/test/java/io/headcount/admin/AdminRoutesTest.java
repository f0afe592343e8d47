package io.headcount.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.config.HeadcountConfig;
import io.headcount.store.Readiness;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminRoutesTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile Future<Readiness.Report> report =
            Future.succeededFuture(new Readiness.Report(true, Map.of("redis", "ok")));
    private int port;

    @BeforeEach
    void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        vertx.deployVerticle(new AdminVerticle(
                        new HeadcountConfig.Http("127.0.0.1", port),
                        "",
                        () -> report,
                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)))
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void theConsoleIsAPageThatNeedsNoOtherHost() throws Exception {
        HttpResponse<String> bare = send("GET", "/console");
        HttpResponse<String> page = send("GET", "/console/");

        assertThat(bare.statusCode()).isEqualTo(302);
        assertThat(bare.headers().firstValue("Location")).hasValue("/console/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).contains("default-src 'self'"));
        for (String file : new String[] {"/console/console.js", "/console/console.css"}) {
            assertThat(page.body()).contains(file.substring(file.lastIndexOf('/') + 1));
            HttpResponse<String> answer = send("GET", file);
            assertThat(answer.statusCode()).as(file).isEqualTo(200);
            assertThat(answer.body()).as(file).doesNotContain("http://", "https://", "innerHTML");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/", "/health", "/console/nothing.js", "/console/..%2flua%2fbeat.lua"})
    void whatIsNotThereIsAProblemThatNamesWhatIs(String path) throws Exception {
        HttpResponse<String> answer = send("GET", path);

        assertProblem(answer, 404);
        assertThat(answer.body()).contains("/health/ready");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready", "/metrics", "/console/"})
    void aWrongMethodIsToldTheRightOnes(String path) throws Exception {
        HttpResponse<String> answer = send("POST", path);

        assertProblem(answer, 405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready", "/metrics", "/console/", "/nothing"})
    void headIsAnsweredLikeGetWithoutTheBody(String path) throws Exception {
        HttpResponse<String> head = send("HEAD", path);

        HttpResponse<String> get = send("GET", path);

        assertThat(head.statusCode()).isEqualTo(get.statusCode());
        assertThat(head.body()).isEmpty();
    }

    @Test
    void aLookThatFailsIsAnswered() throws Exception {
        report = Future.failedFuture("a check is broken");

        assertProblem(send("GET", "/health/ready"), 500);
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, BodyPublishers.noBody())
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                BodyHandlers.ofString());
    }

    private static void assertProblem(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(new JsonObject(answer.body()).getInteger("status")).isEqualTo(status);
    }
}
