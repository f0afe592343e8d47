package io.headcount.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headcount.client.Closed.Kind;
import io.headcount.model.Mode;
import io.headcount.protocol.ServerMessage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ViewersIT {
    private final Vertx vertx = Vertx.vertx();
    private final Viewers viewers = Viewers.create(1);
    private final TinyGateway.Counts counts = new TinyGateway.Counts();
    private TinyGateway gateway;

    @BeforeEach
    void start() {
        gateway = TinyGateway.start(vertx, counts);
    }

    @AfterEach
    void stop() {
        viewers.close();
        vertx.close().await();
    }

    @Test
    void seesTheCountMoveAsOthersComeAndGo() {
        Viewer one = viewers.connect(watching("u1")).await();
        Viewer two = viewers.connect(watching("u2")).await();

        assertThat(one.session()).hasSize(16).isNotEqualTo(two.session());
        assertThat(two.viewers()).isEqualTo(2);
        assertThat(two.mode()).isEqualTo(Mode.EXACT);
        await().until(() -> one.viewers() == 2);

        assertThat(two.close().await()).isEqualTo(new Closed(Kind.OURS, 1000, "closed"));
        await().until(() -> one.viewers() == 1);
    }

    @Test
    void leavesWithAReset() {
        Viewer one = viewers.connect(watching("u1")).await();
        Viewer two = viewers.connect(watching("u2")).await();

        assertThat(two.abort().await().kind()).isEqualTo(Kind.OURS);

        await().until(() -> one.viewers() == 1);
    }

    @Test
    void connectsFromTheAskedAddress() throws IOException {
        Queue<String> from = new ConcurrentLinkedQueue<>();
        Viewer one = viewers.connect(watching("u1").from(InetAddress.getByName("127.1.9.9")))
                .await();

        gateway.each(socket -> from.add(socket.remoteAddress().hostAddress()));

        assertThat(one.session()).isNotNull();
        assertThat(from).containsExactly("127.1.9.9");
    }

    @Test
    void tellsWhyAHandshakeWasRefused() {
        gateway.refuseWith(403);

        assertThatThrownBy(() -> viewers.connect(watching("u1")).await())
                .isInstanceOfSatisfying(
                        ViewerClosedException.class,
                        e -> assertThat(e.closed()).isEqualTo(new Closed(Kind.REFUSED, 403, "handshake refused")));
    }

    @Test
    void tellsThatNobodyListens() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }

        assertThatThrownBy(() -> viewers.connect(ViewerOptions.of("127.0.0.1", port, "s1", "u1"))
                        .await())
                .isInstanceOf(ViewerClosedException.class)
                .hasMessageContaining("Connection refused")
                .hasMessageNotContaining("127.0.0.1");
    }

    @Test
    void givesUpOnAServerThatAcceptsAndSaysNothing() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            ViewerOptions options = ViewerOptions.of("127.0.0.1", silent.getLocalPort(), "s1", "u1");

            assertThatThrownBy(
                            () -> viewers.connect(options.waiting(200, 45_000)).await())
                    .hasMessageContaining("no welcome in time");
        }
    }

    @Test
    void dropsAConnectionThatFellSilent() {
        Viewer one = viewers.connect(watching("u1").waiting(5_000, 400)).await();
        await().during(Duration.ofMillis(900)).until(() -> !one.closed().isComplete());

        gateway.mute();

        assertThat(one.closed().await()).isEqualTo(new Closed(Kind.LOST, Closed.ABNORMAL, "silence"));
    }

    @Test
    void answersPings() {
        Queue<Buffer> pongs = new ConcurrentLinkedQueue<>();
        Viewer one = viewers.connect(watching("u1")).await();

        gateway.each(socket -> {
            socket.pongHandler(pongs::add);
            socket.writePing(Buffer.buffer("are you there"));
        });

        await().until(() -> !pongs.isEmpty());
        assertThat(pongs).containsExactly(Buffer.buffer("are you there"));
        assertThat(one.closed().isComplete()).isFalse();
    }

    @Test
    void tellsTheServersCloseCodeAndStaysAwayWhenTheStreamEnded() {
        Viewer one = viewers.connect(watching("u1").reconnecting(ReconnectPolicy.DEFAULT))
                .await();

        gateway.each(socket -> socket.close((short) 1000, "ended"));

        assertThat(one.closed().await()).isEqualTo(new Closed(Kind.THEIRS, 1000, "ended"));
    }

    @Test
    void doesNotWaitForEverForAServerThatIgnoresItsClose() throws IOException {
        try (ServerSocket rude = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Viewer one =
                    viewers.open(ViewerOptions.of("127.0.0.1", rude.getLocalPort(), "s1", "u1"), ViewerListener.NONE);
            try (Socket accepted = rude.accept()) {
                acceptByHand(accepted);
                accepted.getOutputStream().write(frame(new ServerMessage.Welcome("a", "s1", 1, 1, Mode.EXACT).bytes()));
                one.ready().await();

                Closed closed = one.close().await();

                assertThat(closed)
                        .isEqualTo(new Closed(Kind.OURS, Closed.ABNORMAL, "closed, but the server did not answer"));
            }
        }
    }

    @Test
    void staysAwayWhenItsUserHasTooManySessions() {
        Viewer one = viewers.connect(watching("u1").reconnecting(ReconnectPolicy.DEFAULT))
                .await();

        gateway.each(socket -> socket.close((short) 4429, "too many sessions"));

        assertThat(one.closed().await()).isEqualTo(new Closed(Kind.THEIRS, 4429, "too many sessions"));
    }

    @Test
    void bringsANewTokenWhenTheLastOneHasExpired() {
        AtomicInteger asked = new AtomicInteger();
        Viewer one = viewers.connect(watching("u1")
                        .reconnecting(new ReconnectPolicy(10, 100, 50))
                        .authorized(() -> "token-" + asked.incrementAndGet()))
                .await();
        String first = one.session();

        gateway.each(socket -> socket.close((short) 4401, "token expired"));

        await().until(() -> !one.session().equals(first));
        assertThat(asked).hasValue(2);
    }

    private static void acceptByHand(Socket socket) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        String key = null;
        for (String line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) {
            if (line.startsWith("Sec-WebSocket-Key: ")) {
                key = line.substring(19);
            }
        }
        socket.getOutputStream()
                .write(("HTTP/1.1 101 x\r\nsec-websocket-accept:" + new Handshake(key).accept() + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] frame(byte[] text) {
        return ByteBuffer.allocate(2 + text.length)
                .put((byte) 0x81)
                .put((byte) text.length)
                .put(text)
                .array();
    }

    @Test
    void comesBackAtTheNextServer() {
        TinyGateway other = TinyGateway.start(vertx, counts);
        Viewer one = viewers.open(
                new ViewerOptions(
                        List.of(
                                InetSocketAddress.createUnresolved("127.0.0.1", gateway.port()),
                                InetSocketAddress.createUnresolved("127.0.0.1", other.port())),
                        0,
                        "s1",
                        "u1",
                        null,
                        null,
                        new ReconnectPolicy(10, 100, 50),
                        5_000,
                        5_000),
                ViewerListener.NONE);
        String first = one.ready().await().session();

        gateway.refuseWith(503);
        gateway.each(socket -> socket.close((short) 1012));

        await().until(() -> !one.session().equals(first));
        assertThat(one.closed().isComplete()).isFalse();
    }

    @Test
    void comesBackWhenItWasAskedTo() {
        Queue<Long> waits = new ConcurrentLinkedQueue<>();
        Viewer one = viewers.open(watching("u1").reconnecting(ReconnectPolicy.DEFAULT), new ViewerListener() {
            @Override
            public void ended(Viewer viewer, Closed closed, boolean welcomed, long retryInMillis) {
                waits.add(retryInMillis);
            }
        });
        String first = one.ready().await().session();

        gateway.each(socket -> {
            socket.writeTextMessage(new ServerMessage.Reconnect(700).json());
            socket.close((short) 1012, "restart");
        });

        await().until(() -> !one.session().equals(first));
        assertThat(waits).singleElement().satisfies(wait -> assertThat(wait).isBetween(400L, 700L));
    }

    @Test
    void handsOnParsedMessagesToAListenerThatWantsThem() {
        Queue<ServerMessage> messages = new ConcurrentLinkedQueue<>();
        Viewer one = viewers.open(watching("u1"), new ViewerListener() {
            @Override
            public boolean wantsMessages() {
                return true;
            }

            @Override
            public void message(Viewer viewer, ServerMessage message) {
                messages.add(message);
            }
        });
        one.ready().await();
        gateway.each(socket -> socket.writeTextMessage(new ServerMessage.Ended("s1").json()));

        await().until(() -> messages.contains(new ServerMessage.Ended("s1")));
        assertThat(messages.peek()).isInstanceOf(ServerMessage.Welcome.class);
    }

    @Test
    void endsAConnectionThatTalksNonsense() {
        Viewer one = viewers.connect(watching("u1")).await();

        gateway.each(socket -> socket.writeTextMessage("{\"type\":\"nonsense\"}"));

        assertThat(one.closed().await()).isEqualTo(new Closed(Kind.LOST, 1008, "protocol: unknown message"));
    }

    private ViewerOptions watching(String user) {
        return ViewerOptions.of("127.0.0.1", gateway.port(), "s1", user);
    }
}
