package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.auth.Authenticator;
import io.headcount.bus.Bus;
import io.headcount.config.ConfigException;
import io.headcount.config.HeadcountConfig;
import io.headcount.gateway.Gateway;
import io.headcount.model.SharedClock;
import io.headcount.store.InMemoryEnds;
import io.headcount.store.Readiness;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The public server as a node has it, on one event loop and a free port, over stores in memory. */
final class RunningApi implements AutoCloseable {
    static final String TOKEN = "an-operators-token";

    final InMemoryCounters counters = new InMemoryCounters();
    final InMemoryBooks books = new InMemoryBooks();
    final InMemoryHistory history = new InMemoryHistory(books);
    final InMemoryMasterData masterData = new InMemoryMasterData(books);
    final InMemoryRankings rankings = new InMemoryRankings(books);
    final InMemoryAnalysis analysis = new InMemoryAnalysis(books);
    final InMemoryEnds ends = new InMemoryEnds();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Vertx vertx = Vertx.vertx();
    final Bus bus = Bus.install(vertx);
    final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    final int port;
    private final ApiRoutes api;
    volatile Readiness.Report readiness = new Readiness.Report(true, Map.of("redis", "ok"));

    /** Settings are key, value, key, value. */
    RunningApi(Object... settings) throws IOException, ConfigException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Map<String, Object> tree =
                new HashMap<>(Map.of("http.port", port, "websocket.instances", 1, "auth.adminToken", TOKEN));
        for (int i = 0; i < settings.length; i += 2) {
            tree.put(settings[i].toString(), settings[i + 1]);
        }
        HeadcountConfig config = HeadcountConfig.read(tree, Map.of());
        SharedClock clock = new SharedClock();
        Authenticator auth = await(Authenticator.start(vertx, config.auth(), Path.of(""), null, meters));
        api = new ApiRoutes(
                        config,
                        counters,
                        ends,
                        new ApiRoutes.Books(books, history, history, analysis, rankings, masterData),
                        () -> Future.succeededFuture(readiness),
                        clock,
                        meters)
                .with(new BeatRoutes(config, new InMemoryBeats(counters), ends, auth, clock, count -> {}));
        Gateway gateway = new Gateway(
                config,
                new Gateway.Ports(
                        counters,
                        clock,
                        meters,
                        () -> api.router(vertx),
                        auth,
                        ends,
                        stream -> Future.succeededFuture(books.streams.containsKey(stream))));
        await(vertx.deployVerticle(gateway::instance, new DeploymentOptions()));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    JsonObject json(String path) throws IOException, InterruptedException {
        return new JsonObject(get(path).body());
    }

    /** A PUT of JSON with the operators' token. */
    HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** The whole answer to a GET of a path that no client would send. */
    String rawGet(String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            String head = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        await(vertx.close());
    }

    static void assertProblem(HttpResponse<String> answer, int status, String detail) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonObject problem = new JsonObject(answer.body());
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("type")).isEqualTo("about:blank");
        assertThat(problem.getString("title")).isNotBlank();
        assertThat(problem.getString("detail")).isNotBlank().contains(detail);
    }
}
