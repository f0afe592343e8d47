package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.client.Viewer;
import io.headcount.client.ViewerOptions;
import io.headcount.client.Viewers;
import io.headcount.dev.LocalNodes;
import io.headcount.dev.NodeProcess;
import io.headcount.dev.SharedServers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The whole loop on real parts: three node processes, a Redis Cluster, MySQL, and viewers' sockets. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CountingLoopIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String ADMIN_TOKEN = "test-admin-token-0123456789";

    private static LocalNodes nodes;
    private static Viewers viewers;

    private final String stream = "loop-" + System.nanoTime();

    @BeforeAll
    static void startNodes() {
        nodes = LocalNodes.start(LocalNodes.Options.forTests(3, Map.of()));
        nodes.awaitReady(Duration.ofSeconds(60));
        viewers = Viewers.create(1);
    }

    @AfterAll
    static void stopNodes() {
        viewers.close();
        nodes.close();
    }

    @Test
    @Order(1)
    void countsAUserOnceOverThreeNodes() throws Exception {
        Viewer tab1 = watch(0, "u1");
        Viewer tab2 = watch(1, "u1");
        Viewer other = watch(2, "u2");

        soon(5).untilAsserted(() -> {
            for (int node = 0; node < 3; node++) {
                JsonObject answer = count(node);
                assertThat(answer.getLong("viewers")).isEqualTo(2);
                assertThat(answer.getLong("sessions")).isEqualTo(3);
                assertThat(answer.getString("mode")).isEqualTo("exact");
            }
            assertThat(List.of(tab1.viewers(), tab2.viewers(), other.viewers())).containsOnly(2L);
        });
        close(tab1);
        soon(5).untilAsserted(() -> assertThat(count(0).getLong("sessions")).isEqualTo(2));
        assertThat(count(0).getLong("viewers")).isEqualTo(2);
        close(tab2);

        soon(5).untilAsserted(() -> {
            assertThat(count(2).getLong("viewers")).isEqualTo(1);
            assertThat(other.viewers()).isEqualTo(1);
        });
        close(other);
    }

    @Test
    @Order(2)
    void letsAViewerGoAtOnceWhenTheConnectionIsReset() throws Exception {
        Viewer viewer = watch(0, "u1");
        soon(5).untilAsserted(() -> assertThat(count(1).getLong("viewers")).isEqualTo(1));

        viewer.abort();

        soon(5).untilAsserted(() -> assertThat(count(1).getLong("viewers")).isZero());
    }

    @Test
    @Order(3)
    void writesTheBooks() throws Exception {
        put(0, "{\"title\":\"한국어 제목\",\"broadcaster\":\"b1\",\"category\":\"games\"}");
        Viewer viewer = watch(1, "u1");
        soon(10).untilAsserted(() -> assertThat(sql("SELECT viewers FROM current_viewers WHERE stream_id = ?", stream))
                .isEqualTo("1"));
        JsonArray ranking = get(nodes.get(2).publicUrl() + "/v1/rankings?category=games&limit=100")
                .getJsonArray("items");
        close(viewer);

        soon(10).untilAsserted(() -> {
            assertThat(sql("SELECT viewers FROM current_viewers WHERE stream_id = ?", stream))
                    .isEqualTo("0");
            assertThat(sql(
                            "SELECT CONCAT(COUNT(*), ' ', MAX(user_id), ' ', MAX(end_cause)) FROM user_sessions"
                                    + " WHERE stream_id = ?",
                            stream))
                    .isEqualTo("1 u1 closed");
        });
        assertThat(ranking.stream().map(JsonObject.class::cast)).anySatisfy(line -> {
            assertThat(line.getString("stream")).isEqualTo(stream);
            assertThat(line.getString("title")).isEqualTo("한국어 제목");
            assertThat(line.getLong("viewers")).isEqualTo(1);
        });
    }

    @Test
    @Order(4)
    void isExactAgainWithinFifteenSecondsOfANodesDeath() throws Exception {
        Viewer stays = watch(0, "u1");
        watch(2, "u1");
        watch(2, "u2");
        watch(1, "u3");
        soon(5).untilAsserted(() -> assertThat(count(0).getLong("viewers")).isEqualTo(3));

        nodes.get(2).kill();

        soon(15).untilAsserted(() -> {
            assertThat(count(0).getLong("viewers")).isEqualTo(2);
            assertThat(count(1).getLong("sessions")).isEqualTo(2);
            assertThat(count(0).getString("mode")).isEqualTo("exact");
            assertThat(stays.viewers()).isEqualTo(2);
        });
        soon(10).untilAsserted(() -> {
            assertThat(sql(
                            "SELECT COUNT(*) FROM user_sessions WHERE end_cause = 'node_lost' AND stream_id = ?",
                            stream))
                    .isEqualTo("2");
            assertThat(sql("SELECT removed FROM reconciliations WHERE cause = 'node_lost' AND stream_id = ?", stream))
                    .isEqualTo("2");
        });
    }

    @Test
    @Order(5)
    void comesBackAfterARestartAndAssertsItsViewersAnew() throws Exception {
        NodeProcess node = nodes.get(2);
        node.restart();
        node.awaitReady(Duration.ofSeconds(60));

        watch(2, "u1");
        watch(0, "u1");

        soon(5).untilAsserted(() -> {
            assertThat(count(1).getLong("viewers")).isEqualTo(1);
            assertThat(count(1).getLong("sessions")).isEqualTo(2);
        });
    }

    @Test
    @Order(6)
    void findsItselfDeadAfterAPauseAndAssertsEverythingAnew() throws Exception {
        Viewer onPaused = watch(1, "u1");
        watch(0, "u2");
        soon(5).untilAsserted(() -> assertThat(count(0).getLong("viewers")).isEqualTo(2));

        nodes.get(1).pause();
        soon(20).untilAsserted(() -> {
            assertThat(count(0).getLong("viewers")).isEqualTo(1);
            assertThat(count(0).getString("mode")).isEqualTo("exact");
        });
        nodes.get(1).resume();

        soon(15).untilAsserted(() -> assertThat(count(0).getLong("viewers")).isEqualTo(2));
        assertThat(onPaused.closed().isComplete()).as("its socket was kept").isFalse();
    }

    @Test
    @Order(7)
    void sendsViewersElsewhereWhenItIsStopped() throws Exception {
        Viewer moved = watch(2, "u1");
        watch(0, "u2");
        soon(5).untilAsserted(() -> assertThat(count(0).getLong("viewers")).isEqualTo(2));

        boolean inTime = nodes.get(2).stop();

        assertThat(inTime).isTrue();
        assertThat(moved.closed()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(5, TimeUnit.SECONDS)
                        .code())
                .isEqualTo(1012);
        assertThat(count(0).getLong("viewers"))
                .as("the grace of a draining node")
                .isEqualTo(2);
        soon(25).untilAsserted(() -> assertThat(count(0).getLong("viewers")).isEqualTo(1));
    }

    private Viewer watch(int node, String user) throws Exception {
        URI url = nodes.get(node).publicUrl();
        return viewers.connect(ViewerOptions.of(url.getHost(), url.getPort(), stream, user))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static void close(Viewer viewer) throws Exception {
        viewer.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private JsonObject count(int node) throws IOException, InterruptedException {
        return get(nodes.get(node).publicUrl() + "/v1/streams/" + stream + "/viewers");
    }

    private static JsonObject get(String url) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                HTTP.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    private void put(int node, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(nodes.get(node).publicUrl() + "/v1/streams/" + stream))
                .header("Authorization", "Bearer " + ADMIN_TOKEN)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(HTTP.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }

    private static String sql(String query, String parameter) throws SQLException {
        try (Connection connection = SharedServers.mysql().connect();
                PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }

    private static ConditionFactory soon(int seconds) {
        return Awaitility.await().atMost(Duration.ofSeconds(seconds)).pollInterval(Duration.ofMillis(100));
    }
}
