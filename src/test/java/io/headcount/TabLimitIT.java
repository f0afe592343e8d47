package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.client.Viewer;
import io.headcount.client.ViewerListener;
import io.headcount.client.ViewerOptions;
import io.headcount.client.Viewers;
import io.headcount.dev.LocalNodes;
import io.headcount.dev.SharedServers;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two tabs a user, over two node processes, a Redis Cluster and MySQL. */
class TabLimitIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static LocalNodes nodes;
    private static Viewers viewers;

    private final String stream = "tabs-" + System.nanoTime();

    @BeforeAll
    static void startNodes() {
        nodes = LocalNodes.start(LocalNodes.Options.forTests(2, Map.of("HEADCOUNT_LIMITS_MAX_SESSIONS_PER_USER", "2")));
        viewers = Viewers.create(1);
    }

    @AfterAll
    static void stopNodes() {
        viewers.close();
        nodes.close();
    }

    @Test
    void closesAUsersThirdTabOnWhateverNodeAndCountsItNowhere() throws Exception {
        Viewer first = watch(0, "u1");
        Viewer second = watch(1, "u1");
        Viewer other = watch(1, "u2");

        assertThat(closeCode(0, "u1")).isEqualTo(4429);
        assertThat(closeCode(1, "u1")).isEqualTo(4429);

        JsonObject count = count(0);
        assertThat(count.getLong("viewers")).isEqualTo(2);
        assertThat(count.getLong("sessions")).isEqualTo(3);
        close(first);
        soon(5).untilAsserted(() -> assertThat(count(1).getLong("sessions")).isEqualTo(2));
        Viewer third = watch(0, "u1");

        List.of(second, third, other).forEach(TabLimitIT::close);
        soon(10).untilAsserted(() -> assertThat(rows()).as("in the books").isEqualTo(4));
    }

    @Test
    void closesNobodyWhenRedisLosesEverythingAndAllIsAssertedAgain() throws Exception {
        List<Viewer> open = new ArrayList<>();
        for (int user = 0; user < 50; user++) {
            open.add(watch(user % 2, "u" + user));
            open.add(watch((user + 1) % 2, "u" + user));
        }
        soon(5).untilAsserted(() -> assertThat(count(0).getLong("sessions")).isEqualTo(100));

        SharedServers.redis().flushAll();

        soon(20).untilAsserted(() -> {
            assertThat(count(0).getLong("viewers")).isEqualTo(50);
            assertThat(count(0).getLong("sessions")).isEqualTo(100);
        });
        assertThat(open).noneMatch(viewer -> viewer.closed().isComplete());
        assertThat(closeCode(0, "u1")).as("the limit holds as before").isEqualTo(4429);
        open.forEach(TabLimitIT::close);
    }

    private ViewerOptions options(int node, String user) {
        URI url = nodes.get(node).publicUrl();
        return ViewerOptions.of(url.getHost(), url.getPort(), stream, user);
    }

    private Viewer watch(int node, String user) throws Exception {
        return viewers.connect(options(node, user))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private int closeCode(int node, String user) throws Exception {
        return viewers.open(options(node, user), ViewerListener.NONE)
                .closed()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .code();
    }

    private static void close(Viewer viewer) {
        viewer.close();
    }

    private JsonObject count(int node) throws Exception {
        URI url = URI.create(nodes.get(node).publicUrl() + "/v1/streams/" + stream + "/viewers");
        return new JsonObject(HTTP.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString())
                .body());
    }

    private int rows() throws SQLException {
        try (Connection connection = SharedServers.mysql().connect();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT COUNT(*) FROM user_sessions WHERE stream_id = ?")) {
            statement.setString(1, stream);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getInt(1) : -1;
            }
        }
    }

    private static ConditionFactory soon(int seconds) {
        return Awaitility.await().atMost(Duration.ofSeconds(seconds)).pollInterval(Duration.ofMillis(100));
    }
}
