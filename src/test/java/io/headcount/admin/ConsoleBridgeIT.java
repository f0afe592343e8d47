package io.headcount.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.dev.LocalNodes;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What passes between the event bus of a real node and a console's socket, and what does not. */
class ConsoleBridgeIT {
    private static final String TOKEN = LocalNodes.Options.TEST_ADMIN_TOKEN;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static LocalNodes nodes;
    private static String base;

    @BeforeAll
    static void start() {
        nodes = LocalNodes.start(LocalNodes.Options.forTests(1, Map.of()));
        base = "127.0.0.1:" + nodes.get(0).ports().management();
    }

    @AfterAll
    static void stop() {
        if (nodes != null) {
            nodes.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "counts",
                "hello",
                "node.status",
                "owner.local-1",
                "verify.local-1",
                "repaired",
                "endings",
                "local.health",
                "console",
                "console.",
                "console.command.streams",
                "console.nodes.more",
                "xconsole.nodes",
                "consoleXnodes",
                "console.nodes\n",
                "__vertx.hazelcast",
                ""
            })
    void nothingElseIsHeardByABrowser(String address) throws Exception {
        try (Socket socket = Socket.open(login())) {
            socket.send(new JsonObject().put("type", "register").put("address", address));

            assertThat(socket.nextError()).isIn("access_denied", "missing_address");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "counts",
                "hello",
                "node.status",
                "owner.local-1",
                "verify.local-1",
                "repaired",
                "endings",
                "local.reborn",
                "local.sessions.0",
                "console.nodes",
                "console.command",
                "console.command.",
                "console.command.streams.more",
                "xconsole.command.streams",
                "console.command.streams\n",
                ""
            })
    void nothingElseIsTakenFromABrowser(String address) throws Exception {
        try (Socket socket = Socket.open(login())) {
            socket.send(
                    new JsonObject().put("type", "send").put("address", address).put("body", new JsonObject()));

            assertThat(socket.nextError()).isIn("access_denied", "missing_address");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"counts", "console.nodes", "console.command.streams"})
    void aBrowserSendsNothingToMany(String address) throws Exception {
        try (Socket socket = Socket.open(login())) {
            socket.send(new JsonObject()
                    .put("type", "publish")
                    .put("address", address)
                    .put("body", new JsonObject()));

            assertThat(socket.nextError()).isIn("access_denied", "rejected");
        }
    }

    @Test
    void whoIsLoggedInSeesTheNodesAndTheTotals() throws Exception {
        try (Socket socket = Socket.open(login())) {
            socket.send(new JsonObject().put("type", "register").put("address", "console.nodes"));

            JsonObject card = socket.next("console.nodes")
                    .getJsonObject("body")
                    .getJsonArray("nodes")
                    .getJsonObject(0);
            assertThat(card.getString("node")).isEqualTo("local-1");
            assertThat(card.getString("life")).startsWith("local-1#");
            assertThat(card.getJsonObject("checks").getString("redis")).isEqualTo("ok");

            socket.send(new JsonObject().put("type", "register").put("address", "console.overview"));
            assertThat(socket.next("console.overview").getJsonObject("body").getLong("viewers"))
                    .isNotNegative();
        }
    }

    @Test
    void aQuestionIsAnsweredAndANonsensicalOneRefused() throws Exception {
        try (Socket socket = Socket.open(login())) {
            socket.ask("console.command.streams", new JsonObject().put("limit", 10));
            assertThat(socket.next("reply").getJsonObject("body").getInteger("matching"))
                    .isNotNegative();

            socket.ask("console.command.streams", new JsonObject().put("limit", 100_000));
            assertThat(socket.nextError()).contains("limit");
        }
    }

    @Test
    void whoIsNotLoggedInGetsNoSocket() {
        assertThat(refusal("", null)).isEqualTo(401);
        assertThat(refusal("headcount_console=guessed", null)).isEqualTo(401);
    }

    @Test
    void anotherSitesPageGetsNoSocketEvenWithTheCookie() throws Exception {
        assertThat(refusal(login(), "http://evil.example")).isEqualTo(403);
    }

    @Test
    void aSessionThatIsEndedTakesItsSocketAlong() throws Exception {
        String cookie = login();
        try (Socket socket = Socket.open(cookie)) {
            HttpResponse<String> answer = post("/console/logout", "{}", "application/json", cookie, null);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(socket.closedWith()).isEqualTo(1008);
            assertThat(refusal(cookie, null)).isEqualTo(401);
        }
    }

    @Test
    void theCookieIsOutOfReachForScriptsAndOtherSites() throws Exception {
        HttpResponse<String> answer = post("/console/login", body(TOKEN), "application/json", "", "http://" + base);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
                .contains("HTTPOnly", "SameSite=Strict", "Max-Age=3600", "Path=/")
                .doesNotContain(TOKEN);
        assertThat(answer.headers().firstValue("X-Frame-Options")).hasValue("DENY");
    }

    @Test
    void whatIsNotALoginFromTheConsolesOwnPageIsRefused() throws Exception {
        assertThat(post("/console/login", body("wrong"), "application/json", "", null)
                        .statusCode())
                .isEqualTo(401);
        assertThat(post("/console/login", "[", "application/json", "", null).statusCode())
                .isEqualTo(401);
        assertThat(post("/console/login", body(TOKEN), "text/plain", "", null).statusCode())
                .isEqualTo(415);
        assertThat(post("/console/login", body(TOKEN), "application/json", "", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(post("/console/login", body("x".repeat(10_000)), "application/json", "", null)
                        .statusCode())
                .isEqualTo(413);
    }

    private static String login() throws Exception {
        HttpResponse<String> answer = post("/console/login", body(TOKEN), "application/json", "", null);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
    }

    private static String body(String token) {
        return new JsonObject().put("token", token).encode();
    }

    private static HttpResponse<String> post(String path, String body, String type, String cookie, String origin)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + base + path))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body));
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        if (origin != null) {
            request.header("Origin", origin);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    /** The status with which a socket is refused. */
    private static int refusal(String cookie, String origin) {
        WebSocket.Builder builder = HTTP.newWebSocketBuilder();
        if (!cookie.isEmpty()) {
            builder.header("Cookie", cookie);
        }
        if (origin != null) {
            builder.header("Origin", origin);
        }
        try {
            builder.buildAsync(URI.create("ws://" + base + "/eventbus/websocket"), new WebSocket.Listener() {})
                    .join();
        } catch (CompletionException e) {
            return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
        }
        return 101;
    }

    /** A console's socket, as its page opens it. */
    private static final class Socket implements WebSocket.Listener, AutoCloseable {
        private static final long PATIENCE_SECONDS = 20;

        private final BlockingQueue<JsonObject> frames = new LinkedBlockingQueue<>();
        private final StringBuilder partial = new StringBuilder();
        private WebSocket socket;

        static Socket open(String cookie) {
            Socket opened = new Socket();
            opened.socket = HTTP.newWebSocketBuilder()
                    .header("Cookie", cookie)
                    .header("Origin", "http://" + base)
                    .buildAsync(URI.create("ws://" + base + "/eventbus/websocket"), opened)
                    .join();
            return opened;
        }

        void send(JsonObject frame) {
            socket.sendText(frame.encode(), true).join();
        }

        void ask(String address, JsonObject question) {
            send(new JsonObject()
                    .put("type", "send")
                    .put("address", address)
                    .put("replyAddress", "reply")
                    .put("body", question));
        }

        JsonObject next(String address) throws InterruptedException {
            JsonObject frame = poll();
            while (!address.equals(frame.getString("address"))) {
                assertThat(frame.getString("type")).as(frame.encode()).isNotEqualTo("err");
                frame = poll();
            }
            return frame;
        }

        /** What is wrong with the frame that was sent; nothing else must have come. */
        String nextError() throws InterruptedException {
            JsonObject frame = poll();
            assertThat(frame.getString("type")).as(frame.encode()).isEqualTo("err");
            return frame.getString("message", frame.getString("body"));
        }

        int closedWith() throws InterruptedException {
            return poll().getInteger("closed");
        }

        private JsonObject poll() throws InterruptedException {
            JsonObject frame = frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(frame).as("a frame within %d s", PATIENCE_SECONDS).isNotNull();
            return frame;
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence text, boolean last) {
            partial.append(text);
            if (last) {
                frames.add(new JsonObject(partial.toString()));
                partial.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket webSocket, java.nio.ByteBuffer bytes, boolean last) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            return onText(webSocket, new String(copy, java.nio.charset.StandardCharsets.UTF_8), last);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            frames.add(new JsonObject().put("closed", code));
            return null;
        }

        @Override
        public void close() {
            socket.abort();
        }
    }
}
