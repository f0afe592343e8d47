package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.headcount.gateway.TargetGateway.Figures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A gateway in a process of its own, under one attack after the other: its heap, memory and descriptors are back where
 * they were, and those who only watch feel nothing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileInputIT {
    private static final int BYSTANDERS = 100;
    private static final long MB = 1L << 20;

    private Target target;
    private Bystanders bystanders;
    private Figures before;

    @BeforeAll
    void start() throws InterruptedException {
        target = new Target(
                "limits.handshakeTimeoutMillis=4000",
                "websocket.pingIntervalMillis=1000",
                "websocket.silenceLimitMillis=3000",
                "limits.maxHandshakesPerSecond=100000");
        bystanders = new Bystanders(target.port, BYSTANDERS, "quiet", "pushed");
        bystanders.ask(200);
        // Code and pools are warm before anything is measured.
        new Hostility(target.port, 0).all(3, Map.of());
    }

    @AfterAll
    void stop() {
        bystanders.close();
        target.close();
    }

    @BeforeEach
    void measure() {
        await().atMost(Duration.ofSeconds(20)).until(() -> target.figures().sockets() == BYSTANDERS);
        before = target.figures();
        bystanders.answers(99);
    }

    @AfterEach
    void isAsItWas() {
        Bystanders.Answers answers = bystanders.answers(99);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Figures after = target.figures();
            assertThat(after.sockets()).isEqualTo(BYSTANDERS);
            assertThat(after.descriptors()).as("descriptors").isLessThanOrEqualTo(before.descriptors());
            assertThat(after.heapBytes() - before.heapBytes()).as("heap").isLessThan(3 * MB);
            assertThat(after.rssBytes() - before.rssBytes())
                    .as("memory: " + before + ", then " + after)
                    .isLessThan(48 * MB);
        });
        assertThat(bystanders.lost()).isZero();
        assertThat(answers.count()).isPositive();
        assertThat(answers.percentileMicros())
                .as("99 of 100 pings were answered within, of " + answers)
                .isLessThan(3_000_000);
    }

    @Test
    void standsEveryKindOfBadInputAtOnce() throws InterruptedException {
        Hostility hostility = new Hostility(target.port, 0);

        hostility.all(8, Map.of());

        assertThat(hostility.wrong).isEmpty();
        assertThat(hostility.done)
                .allSatisfy((name, times) -> assertThat(times).as(name).hasPositiveValue());
    }

    @Test
    void closesTenThousandConnectionsThatNeverFinishAHandshake() throws Exception {
        Thread newcomers = new Thread(() -> {
            for (int i = 0; i < 20; i++) {
                try (RawViewer viewer = RawViewer.connect(target.port)) {
                    viewer.handshake("/v1/streams/quiet/watch?user=new" + i).readText();
                }
            }
        });

        newcomers.start();
        long openMillis = Hostility.unfinished(target.port, 10_000);
        newcomers.join(1_000);

        assertThat(newcomers.isAlive()).as("others get in meanwhile").isFalse();
        assertThat(openMillis).isLessThan(20_000);
    }

    @Test
    void closesThoseWhoNeverRead() throws InterruptedException {
        Hostility hostility = new Hostility(target.port, 0);
        List<Thread> deaf = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            deaf.add(hostility.repeat("never reads", hostility::neverReads, System.nanoTime()));
        }
        for (Thread thread : deaf) {
            thread.join();
        }

        assertThat(hostility.wrong).isEmpty();
        assertThat(hostility.done.get("never reads")).hasValue(30);
    }

    @Test
    void letsGoOfThoseWhoseCableIsCut() {
        assumeThat(CutCable.possible()).as("root, and an ip command").isTrue();
        try (CutCable cable = new CutCable()) {
            List<RawViewer> gone = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                RawViewer viewer = RawViewer.connectFrom(cable.address, target.port);
                gone.add(viewer.handshake("/v1/streams/" + (i % 2 == 0 ? "quiet" : "pushed") + "/watch?user=cut" + i));
            }
            await().until(() -> target.figures().sockets() == BYSTANDERS + 50);

            cable.cut();

            await().atMost(Duration.ofSeconds(15)).until(() -> target.figures().sockets() == BYSTANDERS);
            gone.forEach(RawViewer::reset);
        }
    }

    @Test
    void letsGoOfThoseWhoseProcessIsStopped() throws Exception {
        Process held = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HeldViewers.class.getName(),
                        Integer.toString(target.port),
                        "200"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(held.getInputStream(), StandardCharsets.UTF_8));
            assertThat(out.readLine()).isEqualTo("ready");

            signal("-STOP", held);

            await().atMost(Duration.ofSeconds(15)).until(() -> target.figures().sockets() == BYSTANDERS);
        } finally {
            held.destroyForcibly();
        }
        assertThat(held.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void signal(String signal, Process process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }
}
