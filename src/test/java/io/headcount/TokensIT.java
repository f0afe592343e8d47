package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.auth.Signer;
import io.headcount.client.Viewer;
import io.headcount.client.ViewerClosedException;
import io.headcount.client.ViewerOptions;
import io.headcount.client.Viewers;
import io.headcount.dev.LocalNodes;
import io.headcount.load.LoadCommand;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** One-time tokens over two real nodes, and what the nodes write down of tokens. */
class TokensIT {
    private static final Signer SIGNER = Signer.hs256();

    private static Path logs;
    private static LocalNodes nodes;
    private static Viewers viewers;

    @TempDir
    private Path folder;

    private final String stream = "tokens-" + System.nanoTime();

    @BeforeAll
    static void start() {
        LocalNodes.Options options = LocalNodes.Options.forTests(
                2,
                Map.of(
                        "HEADCOUNT_AUTH_MODE", "jwt",
                        "HEADCOUNT_AUTH_SECRET", Signer.SECRET,
                        "HEADCOUNT_AUTH_ONE_TIME_TOKENS", "true",
                        "HEADCOUNT_LOG_LEVEL", "DEBUG"));
        logs = options.logs();
        nodes = LocalNodes.start(options);
        nodes.awaitReady(Duration.ofSeconds(60));
        viewers = Viewers.create(1);
    }

    @AfterAll
    static void stop() {
        viewers.close();
        nodes.close();
    }

    @Test
    void letsAOneTimeTokenInOnceOverAllNodes() throws Exception {
        String token = token("u1");

        Viewer viewer = watch(0, token);
        assertThat(viewer.viewers()).isEqualTo(1);

        for (int node = 0; node < 2; node++) {
            int refusing = node;
            assertThatThrownBy(() -> watch(refusing, token))
                    .rootCause()
                    .isInstanceOfSatisfying(
                            ViewerClosedException.class,
                            refused -> assertThat(refused.closed().code()).isEqualTo(401));
        }
        Viewer tab = watch(1, token("u1"));
        assertThat(tab.viewers()).as("another tab of the same user").isEqualTo(1);
        await(tab.close());
        await(viewer.close());
    }

    @Test
    void countsALoadThatSignsItsOwnTokens() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), Signer.SECRET + "\n");
        URI url = nodes.get(0).publicUrl();

        int exit = new CommandLine(new LoadCommand())
                .execute(
                        "--target=" + url.getHost() + ":" + url.getPort(),
                        "--auth-secret=" + secret,
                        "--viewers=50",
                        "--streams=2",
                        "--stream-prefix=" + stream + "-",
                        "--seconds=1");

        assertThat(exit).isZero();
    }

    @Test
    void writesNoTokenInItsLog() throws Exception {
        String good = token("u2");
        String bad = Signer.hs256("another secret of thirty-two bytes").token("sub", "u2");
        assertThat(handshake("?token=" + good)).startsWith("HTTP/1.1 101 ");
        assertThat(handshake("?token=" + good)).startsWith("HTTP/1.1 401 ");
        assertThat(handshake("?token=" + bad)).startsWith("HTTP/1.1 401 ");
        assertThat(handshake("?token=" + bad + "&x=%zz")).startsWith("HTTP/1.1 400 ");

        String written = logs();

        assertThat(written).contains("serving node=");
        for (String token : List.of(good, bad)) {
            assertThat(written).doesNotContain(token.substring(token.lastIndexOf('.')));
        }
    }

    private static String token(String user) {
        return SIGNER.token(
                "sub", user, "exp", Instant.now().getEpochSecond() + 600, "jti", Long.toString(System.nanoTime()));
    }

    private Viewer watch(int node, String token) throws Exception {
        URI url = nodes.get(node).publicUrl();
        return await(viewers.connect(
                ViewerOptions.of(url.getHost(), url.getPort(), stream, null).authorized(token)));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
    }

    private String handshake(String query) throws IOException {
        URI url = nodes.get(0).publicUrl();
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(10_000);
            String request = "GET /v1/streams/" + stream + "/watch" + query + " HTTP/1.1\r\nHost: a\r\n"
                    + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(64), StandardCharsets.US_ASCII);
        }
    }

    private static String logs() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(logs)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                all.append(Files.readString(file, StandardCharsets.UTF_8));
            }
        }
        return all.toString();
    }
}
