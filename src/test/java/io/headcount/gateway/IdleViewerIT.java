package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** What an idle viewer leaves on the heap, counted by the JVM itself. */
class IdleViewerIT {
    private static final int SOCKETS = 400;

    /** Measured: 1,280 bytes with epoll, 2,010 with NIO, on JDK 17; here the client's end is in the same heap. */
    private static final long MAX_NETTY_AND_OWN_BYTES = 1_500;

    private record Instances(long count, long bytes) {}

    @Test
    void keepsNothingOfVertxButAPromise() throws Exception {
        try (RunningGateway running = new RunningGateway()) {
            running.connect("/v1/streams/s/watch?user=warm").close();
            await().until(() -> running.gateway.sockets() == 0);
            Map<String, Instances> before = histogram();

            List<RawViewer> viewers = new ArrayList<>();
            for (int i = 0; i < SOCKETS; i++) {
                viewers.add(running.connect("/v1/streams/s/watch?user=u" + i));
            }
            viewers.forEach(RawViewer::readText);
            // Waiting welcomes are forgotten after their patience of three seconds.
            await().pollDelay(Duration.ofMillis(3_500)).until(() -> running.gateway.sockets() == SOCKETS);
            Map<String, Instances> after = histogram();

            Map<String, Long> vertx = new HashMap<>();
            long bytes = 0;
            for (Map.Entry<String, Instances> entry : after.entrySet()) {
                Instances was = before.getOrDefault(entry.getKey(), new Instances(0, 0));
                long grown = entry.getValue().count() - was.count();
                if (entry.getKey().startsWith("io.vertx.") && grown > SOCKETS / 4) {
                    vertx.put(entry.getKey(), Math.round((double) grown / SOCKETS));
                }
                if (entry.getKey().matches("io\\.(vertx|netty|headcount)\\..*")) {
                    bytes += entry.getValue().bytes() - was.bytes();
                }
            }
            assertThat(vertx).isEqualTo(Map.of("io.vertx.core.impl.future.PromiseImpl", 1L));
            assertThat(bytes / SOCKETS).isLessThan(MAX_NETTY_AND_OWN_BYTES);
            assertThat(running.meters
                            .get("vertx.http.server.active.connections")
                            .gauge()
                            .value())
                    .as("to Vert.x's own meters an upgraded connection is over")
                    .isZero();
            assertThat(running.meters
                            .get("vertx.http.server.active.requests")
                            .gauge()
                            .value())
                    .isZero();
            viewers.forEach(RawViewer::close);
        }
    }

    /** Live objects by class; counting them is a full collection. */
    private static Map<String, Instances> histogram() throws Exception {
        String text = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {null},
                        new String[] {String[].class.getName()});
        Map<String, Instances> classes = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            String[] words = line.trim().split("\\s+", -1);
            if (words.length >= 4 && words[0].endsWith(":")) {
                classes.put(words[3], new Instances(Long.parseLong(words[1]), Long.parseLong(words[2])));
            }
        }
        return classes;
    }
}
