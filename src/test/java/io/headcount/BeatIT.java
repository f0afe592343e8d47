package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.client.Viewer;
import io.headcount.client.ViewerOptions;
import io.headcount.client.Viewers;
import io.headcount.dev.LocalNodes;
import io.headcount.dev.SharedServers;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Viewers without WebSocket over two node processes, a Redis Cluster and MySQL. */
class BeatIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static LocalNodes nodes;
    private static Viewers viewers;

    private final String stream = "beat-" + System.nanoTime();

    @BeforeAll
    static void startNodes() {
        nodes = LocalNodes.start(LocalNodes.Options.forTests(
                2,
                Map.of(
                        "HEADCOUNT_LIMITS_MAX_SESSIONS_PER_USER", "3",
                        "HEADCOUNT_WEBSOCKET_ALLOWED_ORIGINS", "https://player.example")));
        viewers = Viewers.create(1);
    }

    @AfterAll
    static void stopNodes() {
        viewers.close();
        nodes.close();
    }

    @Test
    void countsAUserOnceWhoHasASocketAndBeatsOnAnotherNode() throws Exception {
        Viewer socket = watch("u1");

        JsonObject first = json(beat(1, "u1", "{}"));
        JsonObject other = json(beat(0, "u2", ""));

        assertThat(first.getLong("viewers")).isEqualTo(1);
        assertThat(first.getLong("nextBeatMillis")).isEqualTo(20_000);
        assertThat(other.getLong("viewers")).isEqualTo(2);
        JsonObject again = json(beat(0, "u1", session(first)));
        assertThat(again.getString("session")).isEqualTo(first.getString("session"));
        soon().untilAsserted(() -> assertCount(2, 3));

        assertThat(end(1, "u2", other.getString("session")).statusCode()).isEqualTo(204);
        soon().untilAsserted(() -> assertCount(1, 2));
        socket.close();
        soon().untilAsserted(() -> assertCount(1, 1));
        end(0, "u1", first.getString("session"));
        soon().untilAsserted(() -> assertCount(0, 0));
        soon().untilAsserted(() -> assertThat(rows()).as("in the books").isEqualTo(3));
    }

    @Test
    void tellsSocketsOfBeats() throws Exception {
        Viewer socket = watch("u1");

        beat(1, "u2", "{}");

        soon().untilAsserted(() -> assertThat(socket.viewers()).isEqualTo(2));
        socket.close();
    }

    @Test
    void answersGoneAfterTheEndAndToWhomeverElse() throws Exception {
        JsonObject begun = json(beat(0, "u1", "{}"));

        assertThat(beat(1, "u2", session(begun)).statusCode())
                .as("somebody else")
                .isEqualTo(410);
        assertThat(end(1, "u2", begun.getString("session")).statusCode()).isEqualTo(410);
        assertThat(beat(1, "u1", "{\"session\":\"invented\"}").statusCode()).isEqualTo(410);
        assertThat(end(0, "u1", begun.getString("session")).statusCode()).isEqualTo(204);
        assertThat(end(1, "u1", begun.getString("session")).statusCode()).isEqualTo(204);

        assertThat(beat(1, "u1", session(begun)).statusCode()).isEqualTo(410);
        assertCount(0, 0);
    }

    @Test
    void refusesWhatIsNoBeatAndSaysWhy() throws Exception {
        assertThat(beat(0, "u1", "[]").statusCode()).isEqualTo(400);
        assertThat(beat(0, "u1", "{\"sesion\":1}").statusCode()).isEqualTo(400);
        assertThat(beat(0, "u1", "{\"session\":\"a:b\"}").statusCode()).isEqualTo(400);
        assertThat(beat(0, "u1", "x".repeat(2_000)).statusCode()).isEqualTo(413);
        assertThat(beat(0, "a:b", "{}").statusCode()).isEqualTo(400);
        assertThat(send(request(0, "/beat").POST(BodyPublishers.noBody())).statusCode())
                .as("nobody, in mode open")
                .isEqualTo(400);
        HttpResponse<String> foreign = send(request(0, "/beat?user=u1")
                .header("Origin", "https://evil.example")
                .POST(BodyPublishers.noBody()));
        assertThat(foreign.statusCode()).isEqualTo(403);
        assertThat(foreign.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        for (int tab = 0; tab < 3; tab++) {
            assertThat(beat(0, "u1", "{}").statusCode()).isEqualTo(200);
        }
        HttpResponse<String> fourth = beat(1, "u1", "{}");
        assertThat(fourth.statusCode()).isEqualTo(429);
        assertThat(fourth.headers().firstValue("Retry-After")).isPresent();
        assertCount(1, 3);
    }

    @Test
    void letsPagesOfAllowedSitesBeat() throws Exception {
        HttpResponse<String> asked = send(request(0, "/beat?user=u1")
                .header("Origin", "https://player.example")
                .header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", BodyPublishers.noBody()));
        HttpResponse<String> beaten = send(request(0, "/beat?user=u1")
                .header("Origin", "https://player.example")
                .POST(BodyPublishers.ofString("{}")));

        assertThat(asked.statusCode()).isEqualTo(204);
        assertThat(asked.headers().firstValue("Access-Control-Allow-Methods")).hasValue("POST");
        assertThat(asked.headers().firstValue("Access-Control-Allow-Headers")).hasValue("authorization, content-type");
        assertThat(beaten.statusCode()).isEqualTo(200);
        assertThat(beaten.headers().firstValue("Access-Control-Allow-Origin")).hasValue("https://player.example");
    }

    private Viewer watch(String user) throws Exception {
        URI url = nodes.get(0).publicUrl();
        return viewers.connect(ViewerOptions.of(url.getHost(), url.getPort(), stream, user))
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private static String session(JsonObject answer) {
        return new JsonObject().put("session", answer.getString("session")).encode();
    }

    private HttpResponse<String> beat(int node, String user, String body) throws Exception {
        return send(request(node, "/beat?user=" + user)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> end(int node, String user, String session) throws Exception {
        return send(request(node, "/beat/" + session + "?user=" + user).DELETE());
    }

    private HttpRequest.Builder request(int node, String rest) {
        return HttpRequest.newBuilder(URI.create(nodes.get(node).publicUrl() + "/v1/streams/" + stream + rest))
                .timeout(Duration.ofSeconds(20));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static JsonObject json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    private void assertCount(long viewers, long sessions) throws Exception {
        for (int node = 0; node < 2; node++) {
            JsonObject count = json(send(request(node, "/viewers")));
            assertThat(count.getLong("viewers")).isEqualTo(viewers);
            assertThat(count.getLong("sessions")).isEqualTo(sessions);
        }
    }

    private long rows() throws Exception {
        try (Connection connection = SharedServers.mysql().connect();
                PreparedStatement query =
                        connection.prepareStatement("SELECT COUNT(*) FROM user_sessions WHERE stream_id = ?")) {
            query.setString(1, stream);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static ConditionFactory soon() {
        return Awaitility.await().pollInterval(Duration.ofMillis(50)).atMost(Duration.ofSeconds(15));
    }
}
