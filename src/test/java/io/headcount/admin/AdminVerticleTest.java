package io.headcount.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.config.HeadcountConfig;
import io.headcount.store.Readiness;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminVerticleTest {
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private Vertx vertx = Vertx.vertx();
    private volatile Readiness.Report report = new Readiness.Report(true, Map.of("redis", "ok"));

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void saysThatItLives() throws Exception {
        HttpResponse<String> answer = get(deploy(freePort()), "/health/live");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(answer.body())).isEqualTo(new JsonObject().put("live", true));
    }

    @Test
    void saysInWordsWhatIsMissingUntilItIsReady() throws Exception {
        int port = deploy(freePort());
        assertThat(get(port, "/health/ready").statusCode()).isEqualTo(200);

        report = new Readiness.Report(false, Map.of("redis", "ok", "mysql", "nobody answers at db:3306"));
        HttpResponse<String> answer = get(port, "/health/ready");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(answer.body()))
                .isEqualTo(new JsonObject()
                        .put("ready", false)
                        .put("checks", new JsonObject().put("redis", "ok").put("mysql", "nobody answers at db:3306")));
    }

    @Test
    void showsTheMetricsAsPrometheusReadsThem() throws Exception {
        metrics.counter("headcount.tried").increment(3);

        HttpResponse<String> answer = get(deploy(freePort()), "/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(answer.body()).contains("headcount_tried_total 3.0");
    }

    @Test
    void withoutTheRoleThereIsNoConsole() throws Exception {
        assertThat(get(deploy(freePort()), "/console/").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTakenPortFailsTheStartAndSaysWhatToDo(boolean nativeTransport) throws Exception {
        stop();
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(nativeTransport));
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = other.getLocalPort();

            assertThatThrownBy(() -> deploy(port))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(BindException.class)
                    .hasMessage("management.port: 127.0.0.1:" + port
                            + " is taken by another program; stop it or set management.port /"
                            + " HEADCOUNT_MANAGEMENT_PORT");
        }
    }

    @Test
    void anAddressThatIsNotOfThisMachineFailsTheStartToo() {
        // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
        assertThatThrownBy(() -> deploy("192.0.2.1", freePort()))
                .cause()
                .isInstanceOf(BindException.class)
                .hasMessageContaining("management.port: 192.0.2.1:")
                .hasMessageContaining("cannot be listened on");
    }

    private int deploy(int port) throws Exception {
        return deploy("127.0.0.1", port);
    }

    private int deploy(String host, int port) throws Exception {
        HeadcountConfig.Http address = new HeadcountConfig.Http(host, port);
        vertx.deployVerticle(new AdminVerticle(address, null, () -> Future.succeededFuture(report), metrics))
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        return port;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        BodyHandlers.ofString());
    }
}
