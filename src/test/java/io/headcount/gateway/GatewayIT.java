package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.bus.Addresses;
import io.headcount.bus.Message;
import io.headcount.model.EndCause;
import io.headcount.model.Mode;
import io.headcount.model.Session;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayIT {
    private RunningGateway running;

    private RunningGateway start(Object... settings) {
        running = new RunningGateway(settings);
        return running;
    }

    @AfterEach
    void stop() {
        if (running != null) {
            running.close();
        }
    }

    @Test
    void welcomesAViewerOnceItIsCounted() {
        start();
        running.counter.admitting = false;

        try (RawViewer viewer = running.connect("/v1/streams/42/watch?user=u1")) {
            await().until(() -> running.counter.open.size() == 1);
            Session session = running.counter.open.values().iterator().next();
            running.counter.admit(session);

            assertThat(viewer.readText())
                    .matches("\\{\"type\":\"welcome\",\"session\":\"" + session.id()
                            + "\",\"stream\":\"42\",\"viewers\":1,\"asOf\":\\d+,\"mode\":\"exact\"}");
            assertThat(session.user()).isEqualTo("u1");
        }
    }

    @Test
    void welcomesAsDegradedAfterThreeSecondsAndSendsACountWhenAdmittedLater() {
        start();
        running.counter.admitting = false;

        try (RawViewer viewer = running.connect("/v1/streams/42/watch?user=u1")) {
            assertThat(viewer.readText())
                    .contains("\"type\":\"welcome\"")
                    .contains("\"viewers\":0,")
                    .contains("degraded");
            running.counter.admit(running.counter.open.values().iterator().next());

            assertThat(viewer.readText())
                    .contains("\"type\":\"count\"")
                    .contains("\"viewers\":1,")
                    .contains("exact");
        }
    }

    @Test
    void spreadsSocketsOverTheInstancesAndPushesACountToAllOfThem() {
        start();
        List<RawViewer> viewers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            viewers.add(running.connect("/v1/streams/s/watch?user=u" + i));
        }
        viewers.forEach(viewer -> assertThat(viewer.readText()).contains("welcome"));
        assertThat(running.counter.open.values().stream().filter(session -> session.gateway() == 0))
                .hasSize(10);

        running.publish(running.counter.count("s", 777, Mode.EXACT));
        running.publish(running.counter.count("other", 1, Mode.EXACT));

        viewers.forEach(viewer -> assertThat(viewer.readText())
                .matches("\\{\"type\":\"count\",\"stream\":\"s\",\"viewers\":777,\"asOf\":\\d+,\"mode\":\"exact\"}"));
        viewers.forEach(RawViewer::close);
        await().until(() -> running.gateway.sockets() == 0);
    }

    @Test
    void ignoresOlderCountsAndDoesNotRepeatUnchangedOnes() {
        start();
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u")) {
            viewer.readText();
            var older = running.counter.count("s", 5, Mode.EXACT);
            var newer = running.counter.count("s", 6, Mode.EXACT);

            running.publish(newer);
            running.publish(older);
            running.publish(running.counter.count("s", 6, Mode.EXACT));
            running.publish(running.counter.count("s", 6, Mode.DEGRADED));

            assertThat(viewer.readText()).contains("\"viewers\":6").contains("exact");
            assertThat(viewer.readText()).contains("\"viewers\":6").contains("degraded");
        }
    }

    @Test
    void answersPingsOfBothKinds() {
        start();
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u")) {
            viewer.readText();

            viewer.sendText("{\"type\":\"ping\"}").send(RawViewer.PING, new byte[] {7, 8});

            assertThat(viewer.readText()).isEqualTo("{\"type\":\"pong\"}");
            RawViewer.Frame pong = viewer.read();
            assertThat(pong.first()).isEqualTo(RawViewer.PONG);
            assertThat(pong.payload()).containsExactly(7, 8);
        }
    }

    @Test
    void talksToAnOrdinaryClient() throws Exception {
        start();
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .subprotocols("headcount.v1", "bearer.x")
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + running.port + "/v1/streams/s/watch?user=u"), listener(heard))
                .get(10, TimeUnit.SECONDS);

        assertThat(socket.getSubprotocol()).isEqualTo("headcount.v1");
        assertThat(heard.poll(10, TimeUnit.SECONDS)).contains("welcome");
        socket.sendText("{\"type\":\"ping\"}", true).get(10, TimeUnit.SECONDS);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).contains("pong");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(10, TimeUnit.SECONDS);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("close 1000");
        await().until(() -> running.counter.ends().equals(List.of(EndCause.CLOSED)));
    }

    private static WebSocket.Listener listener(LinkedBlockingQueue<String> heard) {
        return new WebSocket.Listener() {
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
        };
    }

    @Test
    void leavesExactlyOnceOnCloseEndAndReset() {
        start();
        RawViewer closing = running.connect("/v1/streams/a/watch?user=u1");
        RawViewer ending = running.connect("/v1/streams/b/watch?user=u2");
        RawViewer resetting = running.connect("/v1/streams/c/watch?user=u3");
        List.of(closing, ending, resetting).forEach(RawViewer::readText);

        closing.sendClose(1001);
        assertThat(closing.readCloseCode()).isEqualTo(1001);
        assertThat(closing.read()).isNull();
        ending.close();
        resetting.reset();

        await().until(() -> running.counter.ends().size() >= 3 && running.gateway.sockets() == 0);
        Map<String, EndCause> causes = new ConcurrentHashMap<>();
        running.counter.events.stream()
                .filter(event -> !event.opened())
                .forEach(event -> assertThat(causes.put(event.session().stream(), event.cause()))
                        .isNull());
        assertThat(causes).isEqualTo(Map.of("a", EndCause.CLOSED, "b", EndCause.CLOSED, "c", EndCause.ERROR));
    }

    @Test
    void endsASilentViewerAndKeepsOneThatOnlyPongs() {
        start("websocket.pingIntervalMillis", 1_000, "websocket.silenceLimitMillis", 2_500);
        RawViewer silent = running.connect("/v1/streams/silent/watch?user=u1");
        RawViewer alive = running.connect("/v1/streams/alive/watch?user=u2");
        silent.readText();
        alive.readText();

        int pings = 0;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (System.nanoTime() < until) {
            RawViewer.Frame frame = alive.read();
            if (frame.first() == RawViewer.PING) {
                pings++;
                alive.send(RawViewer.PONG, frame.payload());
            }
        }

        assertThat(pings).isBetween(4, 6);
        assertThat(running.counter.ends()).containsExactly(EndCause.SILENCE);
        assertThat(running.counter.open.values()).extracting(Session::stream).containsExactly("alive");
        alive.close();
        silent.close();
    }

    @Test
    void degradesWhatIsOldReadsForItselfWithoutAnOwnerAndSaysWhenRedisIsGone() {
        start();
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u")) {
            assertThat(viewer.readText()).contains("exact");

            assertThat(viewer.readText()).contains("\"viewers\":1,").contains("degraded");
            running.stored.put("s", running.counter.count("s", 9, Mode.EXACT));
            assertThat(viewer.readText()).contains("\"viewers\":9,").contains("exact");
            running.bus.publishLocal(Addresses.HEALTH, new Message.Health(false));
            assertThat(viewer.readText()).contains("\"viewers\":9,").contains("degraded");
            running.bus.publishLocal(Addresses.HEALTH, new Message.Health(true));
            assertThat(viewer.readText()).contains("\"viewers\":9,").contains("exact");
        }
    }

    @Test
    void boundsWhatASlowReaderIsOwedAndClosesIt() {
        start("websocket.instances", 1);
        RawViewer slow = RawViewer.connect(running.port, 2_048).handshake("/v1/streams/s/watch?user=slow");
        RawViewer quick = running.connect("/v1/streams/s/watch?user=quick");
        quick.readText();
        await().until(() -> running.counter.open.size() == 2);

        AtomicLong viewers = new AtomicLong(10);
        running.vertx.setPeriodic(
                2, timer -> running.publish(running.counter.count("s", viewers.incrementAndGet(), Mode.EXACT)));
        long read = 0;
        while (running.counter.ends().isEmpty()) {
            assertThat(quick.readText()).contains("count");
            read++;
            assertThat(read).as("the slow one is closed after some ten seconds").isLessThan(20_000);
        }

        assertThat(running.counter.ends()).containsExactly(EndCause.REFUSED);
        assertThat(running.meters
                        .get("headcount.gateway.closed")
                        .tag("code", "1013")
                        .counter()
                        .count())
                .isEqualTo(1);
        await().until(() -> running.gateway.sockets() == 1);
        slow.close();
        quick.close();
    }

    @Test
    void givesASlowReaderTheNewestCountWhenItReadsAgain() {
        start("websocket.instances", 1);
        try (RawViewer slow = RawViewer.connect(running.port, 2_048).handshake("/v1/streams/s/watch?user=slow")) {
            slow.readText();
            int counts = 5_000;
            for (int i = 1; i <= counts; i++) {
                running.publish(running.counter.count("s", 100_000 + i, Mode.EXACT));
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
    void answersWhichSocketsAreOpenAndPublishesACensus() {
        start("websocket.instances", 1);
        List<Message.Census> censuses = new ArrayList<>();
        running.bus.consumeLocal(Addresses.CENSUS, census -> {
            synchronized (censuses) {
                censuses.add(census);
            }
        });
        try (RawViewer one = running.connect("/v1/streams/s/watch?user=u1");
                RawViewer two = running.connect("/v1/streams/s/watch?user=u2")) {
            one.readText();
            two.readText();

            Message.Sockets sockets = RunningGateway.await(running.bus.requestLocal(
                    Addresses.SOCKETS_WANTED.at(0), new Message.SocketsWanted("s"), Message.Sockets.class));

            assertThat(sockets.sessions()).containsExactlyInAnyOrderElementsOf(running.counter.open.values());
            Message.Tally both = Message.Tally.NONE;
            for (Session session : sockets.sessions()) {
                both = both.plus(session);
            }
            Message.Census expected = new Message.Census(0, Map.of("s", both));
            await().until(() -> {
                synchronized (censuses) {
                    return censuses.contains(expected);
                }
            });
        }
    }

    @Test
    void drainsWithAWordAndWithoutLeaves() {
        start();
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u1")) {
            viewer.readText();

            var drained = running.gateway.drain(false);

            assertThat(viewer.readText()).matches("\\{\"type\":\"reconnect\",\"afterMillis\":\\d{1,5}}");
            assertThat(viewer.readCloseCode()).isEqualTo(1012);
            RunningGateway.await(drained);
            assertThat(running.counter.ends()).isEmpty();
            RawViewer next = RawViewer.connect(running.port);
            next.send(RawViewer.request("/v1/streams/s/watch?user=u1").getBytes(StandardCharsets.US_ASCII));
            assertThat(next.readHead()).startsWith("HTTP/1.1 503 ").contains("Retry-After: 1");
            next.close();
        }
    }

    @Test
    void drainsWithLeavesWhenAsked() {
        start();
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u1")) {
            viewer.readText();

            RunningGateway.await(running.gateway.drain(true));

            assertThat(running.counter.ends()).containsExactly(EndCause.SHUTDOWN);
        }
    }
}
