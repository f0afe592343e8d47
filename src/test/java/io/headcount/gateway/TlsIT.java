package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.model.EndCause;
import io.headcount.model.Mode;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The viewers' path with TLS ended by the node itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsIT {
    private SelfSigned certificate;
    private RunningGateway running;

    @BeforeAll
    void start(@TempDir Path folder) {
        certificate = SelfSigned.create(folder);
        running = new RunningGateway(
                new VertxOptions().setPreferNativeTransport(true),
                "http.tls.certFile",
                certificate.certFile(),
                "http.tls.keyFile",
                certificate.keyFile(),
                "limits.handshakeTimeoutMillis",
                1_500);
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @BeforeEach
    void empty() {
        await().until(() -> running.gateway.sockets() == 0);
        running.counter.events.clear();
    }

    private RawViewer watch(String stream, String user) {
        return RawViewer.connectTls(certificate.client(), running.port, 0)
                .handshake("/v1/streams/" + stream + "/watch?user=" + user);
    }

    @Test
    void talksToAnOrdinaryClient() throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newBuilder()
                .sslContext(certificate.client())
                .build()
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create("wss://localhost:" + running.port + "/v1/streams/s/watch?user=u"), new Ear(heard))
                .get(10, TimeUnit.SECONDS);

        assertThat(heard.poll(10, TimeUnit.SECONDS)).contains("welcome");
        socket.sendText("{\"type\":\"ping\"}", true).get(10, TimeUnit.SECONDS);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).contains("pong");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(10, TimeUnit.SECONDS);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("close 1000");
        await().until(() -> running.counter.ends().equals(List.of(EndCause.CLOSED)));
    }

    private record Ear(LinkedBlockingQueue<String> heard) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            heard.add(data.toString());
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("close " + code);
            return null;
        }
    }

    @Test
    void pushesTheSameFrameToAllUnharmedByEncryption() {
        List<RawViewer> viewers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            viewers.add(watch("s", "u" + i));
        }
        viewers.forEach(viewer -> assertThat(viewer.readText()).contains("welcome"));

        for (int count = 100; count < 110; count++) {
            running.publish(running.counter.count("s", count, Mode.EXACT));
        }

        for (RawViewer viewer : viewers) {
            String last = viewer.readText();
            while (!last.contains("\"viewers\":109,")) {
                assertThat(last).matches("\\{\"type\":\"count\",\"stream\":\"s\",\"viewers\":10\\d,.*}");
                last = viewer.readText();
            }
        }
        viewers.forEach(RawViewer::close);
    }

    @Test
    void keepsFramesThatCameTooEarlyAndBringsCloseCodesToTheClient() {
        try (RawViewer viewer = RawViewer.connectTls(certificate.client(), running.port, 0)) {
            byte[] head = RawViewer.request("/v1/streams/s/watch?user=u").getBytes(StandardCharsets.US_ASCII);
            byte[] binary = RawViewer.frame(0x82, new byte[] {1});
            byte[] both = new byte[head.length + binary.length];
            System.arraycopy(head, 0, both, 0, head.length);
            System.arraycopy(binary, 0, both, head.length, binary.length);

            assertThat(viewer.send(both).readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(viewer.readCloseCode()).isEqualTo(1003);
            assertThat(viewer.read()).isNull();
        }
    }

    @Test
    void answersAnUnreadableRequest() {
        try (RawViewer viewer = RawViewer.connectTls(certificate.client(), running.port, 0)) {
            viewer.send("hello\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(viewer.readAll()).startsWith("HTTP/1.1 400 ").contains("\"status\":400");
        }
    }

    @Test
    void givesASlowReaderTheNewestCountWhenItReadsAgain() {
        try (RawViewer slow = RawViewer.connectTls(certificate.client(), running.port, 2_048)
                .handshake("/v1/streams/slow/watch?user=u")) {
            slow.readText();
            int counts = 5_000;
            for (int i = 1; i <= counts; i++) {
                running.publish(running.counter.count("slow", 100_000 + i, Mode.EXACT));
            }
            await().until(() -> running.meters
                            .get("headcount.gateway.pushes")
                            .functionCounter()
                            .count()
                    >= counts);

            int seen = 0;
            String last;
            do {
                last = slow.readText();
                seen++;
            } while (!last.contains("\"viewers\":" + (100_000 + counts) + ","));

            assertThat(seen).isLessThan(counts / 2);
        }
    }

    @Test
    void leavesWhenTheClientEndsTls() {
        RawViewer viewer = watch("s", "u");
        viewer.readText();

        viewer.close();

        await().until(() -> running.gateway.sockets() == 0);
        assertThat(running.counter.ends()).hasSize(1);
    }

    @Test
    void closesWhoSpeaksNoTlsOrNothing() {
        try (RawViewer plain = RawViewer.connect(running.port);
                RawViewer silent = RawViewer.connect(running.port)) {
            plain.send(RawViewer.request("/v1/streams/s/watch?user=u").getBytes(StandardCharsets.US_ASCII));

            // What comes is a TLS alert at most.
            assertThat(plain.readAll()).doesNotContain("HTTP");
            assertThat(silent.readAll()).isEmpty();
        }
    }
}
