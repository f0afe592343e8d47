package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.client.Viewer;
import io.headcount.client.ViewerClosedException;
import io.headcount.client.ViewerListener;
import io.headcount.client.ViewerOptions;
import io.headcount.client.Viewers;
import io.headcount.dev.LocalNodes;
import io.headcount.dev.SharedServers;
import io.headcount.protocol.ServerMessage;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A stream's end over two node processes, a Redis Cluster and MySQL. */
class EndedStreamIT {
    private static final String TOKEN = "test-admin-token-0123456789";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static LocalNodes nodes;
    private static Viewers viewers;

    private final String stream = "over-" + System.nanoTime();

    @BeforeAll
    static void startNodes() {
        nodes = LocalNodes.start(LocalNodes.Options.forTests(2, Map.of("HEADCOUNT_PUSH_END_SPREAD_MILLIS", "2000")));
        viewers = Viewers.create(1);
    }

    @AfterAll
    static void stopNodes() {
        viewers.close();
        nodes.close();
    }

    @Test
    void tellsAndClosesEverybodyAndLetsNobodyIn() throws Exception {
        var told = new ConcurrentLinkedQueue<ServerMessage>();
        List<Viewer> open = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            open.add(watch(i % 2, "u" + i, new ViewerListener() {
                @Override
                public boolean wantsMessages() {
                    return true;
                }

                @Override
                public void message(Viewer viewer, ServerMessage message) {
                    if (message instanceof ServerMessage.Ended) {
                        told.add(message);
                    }
                }
            }));
        }
        JsonObject beat = new JsonObject(post(1, "/beat?user=tv", "{}").body());

        JsonObject ended = new JsonObject(end(0).body());

        assertThat(ended.getString("status")).isEqualTo("ended");
        soon(10).untilAsserted(() -> assertThat(open)
                .allMatch(viewer ->
                        viewer.closed().isComplete() && viewer.closed().result().code() == 1000));
        assertThat(told).hasSize(20).allMatch(new ServerMessage.Ended(stream)::equals);
        for (int node = 0; node < 2; node++) {
            int one = node;
            soon(5).untilAsserted(() -> assertThat(handshakeStatus(one)).isEqualTo(410));
        }
        assertThat(post(0, "/beat?user=new", "{}").statusCode()).isEqualTo(410);
        assertThat(post(
                                1,
                                "/beat?user=tv",
                                new JsonObject()
                                        .put("session", beat.getString("session"))
                                        .encode())
                        .statusCode())
                .isEqualTo(410);
        soon(5).untilAsserted(() -> assertThat(count().getLong("sessions")).isZero());
        soon(10).untilAsserted(
                        () -> assertThat(rows("ended")).as("in the books").isEqualTo(20));

        assertThat(new JsonObject(end(1).body()).getString("endedAt"))
                .as("once ended it stays so")
                .isEqualTo(ended.getString("endedAt"));
    }

    @Test
    void isSeenToByTheOwnerWhereTheNewsWasLost() throws Exception {
        Viewer viewer = watch(1, "late", ViewerListener.NONE);

        try (Connection connection = SharedServers.mysql().connect();
                PreparedStatement end = connection.prepareStatement(
                        "INSERT INTO streams (stream_id, status, ended_at) VALUES (?, 'ended', UTC_TIMESTAMP(3))"
                                + " ON DUPLICATE KEY UPDATE status = 'ended', ended_at = UTC_TIMESTAMP(3)")) {
            end.setString(1, stream);
            end.executeUpdate();
        }

        soon(20).untilAsserted(() -> assertThat(viewer.closed().isComplete()).isTrue());
        assertThat(viewer.closed().result().code()).isEqualTo(1000);
        soon(5).untilAsserted(() -> assertThat(handshakeStatus(0)).isEqualTo(410));
    }

    @Test
    void opensAgainWhenItIsSaidToBeActive() throws Exception {
        end(0);
        soon(5).untilAsserted(() -> assertThat(handshakeStatus(1)).isEqualTo(410));

        HttpResponse<String> titled = put("{\"title\":\"T\"}");
        assertThat(titled.statusCode()).isEqualTo(200);
        assertThat(handshakeStatus(1)).as("a title alone opens nothing").isEqualTo(410);
        assertThat(put("{\"status\":\"active\"}").statusCode()).isEqualTo(200);

        soon(5).untilAsserted(() -> assertThat(handshakeStatus(1)).isEqualTo(101));
        assertThat(put("{\"status\":\"ended\"}").statusCode()).isEqualTo(400);
    }

    @Test
    void isForOperatorsOnly() throws Exception {
        assertThat(post(0, "/end", "").statusCode()).isEqualTo(401);
        assertThat(handshakeStatus(0)).isEqualTo(101);
    }

    private ViewerOptions options(int node, String user) {
        URI url = nodes.get(node).publicUrl();
        return ViewerOptions.of(url.getHost(), url.getPort(), stream, user);
    }

    private Viewer watch(int node, String user, ViewerListener listener) throws Exception {
        return viewers.open(options(node, user), listener)
                .ready()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private int handshakeStatus(int node) throws Exception {
        Viewer viewer = viewers.open(options(node, "probe"), ViewerListener.NONE);
        try {
            viewer.ready().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            viewer.close();
            return 101;
        } catch (java.util.concurrent.ExecutionException e) {
            return e.getCause() instanceof ViewerClosedException closed
                    ? closed.closed().code()
                    : -1;
        }
    }

    private HttpResponse<String> end(int node) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                request(node, "/end")
                        .header("Authorization", "Bearer " + TOKEN)
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private HttpResponse<String> put(String body) throws Exception {
        return HTTP.send(
                request(0, "")
                        .header("Authorization", "Bearer " + TOKEN)
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> post(int node, String path, String body) throws Exception {
        return HTTP.send(request(node, path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(int node, String rest) {
        return HttpRequest.newBuilder(URI.create(nodes.get(node).publicUrl() + "/v1/streams/" + stream + rest))
                .timeout(Duration.ofSeconds(20));
    }

    private JsonObject count() throws Exception {
        return new JsonObject(HTTP.send(request(0, "/viewers").build(), BodyHandlers.ofString())
                .body());
    }

    private long rows(String cause) throws Exception {
        try (Connection connection = SharedServers.mysql().connect();
                PreparedStatement query = connection.prepareStatement(
                        "SELECT COUNT(*) FROM user_sessions WHERE stream_id = ? AND end_cause = ?")) {
            query.setString(1, stream);
            query.setString(2, cause);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static ConditionFactory soon(int seconds) {
        return Awaitility.await().pollInterval(Duration.ofMillis(100)).atMost(Duration.ofSeconds(seconds));
    }
}
