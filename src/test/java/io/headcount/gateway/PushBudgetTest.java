package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.bus.Message.Admitted;
import io.headcount.model.Count;
import io.headcount.model.Mode;
import io.headcount.model.SharedClock;
import io.headcount.protocol.CloseCode;
import io.headcount.protocol.Opcode;
import io.headcount.protocol.ServerMessage;
import io.headcount.protocol.ServerMessage.CountUpdate;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A loop that may write 1,000 counts a second, in an interval of 500 ms. */
class PushBudgetTest {
    private static final int A_SECOND = 1_000;
    private static final int LARGE = 4_000;
    /** What the bucket holds, and what one step of it may add. */
    private static final int BURST = 40;

    private final ManualLoop loop = new ManualLoop();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SessionRegistry registry = new SessionRegistry(
            0,
            RunningGateway.config(
                    8080, "counting.instances", 1, "websocket.instances", 1, "push.messagesPerSecond", A_SECOND),
            loop,
            new SharedClock(),
            UnpooledByteBufAllocator.DEFAULT,
            new GatewayMetrics(meters, new AtomicInteger()),
            (counter, batch) -> {});
    private int written;
    private long asOf = 1;

    private final class Socket extends Viewer {
        private final List<CountUpdate> counts = new ArrayList<>();

        @Override
        public void write(ByteBuf frame) {
            if ((frame.getByte(0) & 0x0F) == Opcode.TEXT) {
                String text = frame.toString(StandardCharsets.UTF_8);
                if (ServerMessage.parse(text.substring(text.indexOf('{'))) instanceof CountUpdate count) {
                    counts.add(count);
                    written++;
                }
            }
            frame.release();
        }

        @Override
        public long unsentBytes() {
            return 0;
        }

        @Override
        public void notifyWhenDrained() {}

        @Override
        public void closeWith(CloseCode code) {}

        @Override
        public void abandon() {}
    }

    private List<Socket> audience(String stream, int size) {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Socket socket = new Socket();
            registry.open(stream, "u" + i, socket);
            registry.admitted(new Admitted(List.of(socket.session()), count(stream, 0)));
            sockets.add(socket);
        }
        return sockets;
    }

    private Count count(String stream, long viewers) {
        asOf++;
        return new Count(stream, viewers, viewers, viewers, asOf, asOf, asOf, Mode.EXACT);
    }

    @Test
    void tellsASmallAudienceAtOnceAndWithoutAnInterval() {
        List<Socket> sockets = audience("small", 20);

        registry.counts(List.of(count("small", 7)));

        assertThat(sockets).allSatisfy(socket -> {
            assertThat(socket.counts).hasSize(1);
            assertThat(socket.counts.get(0).everyMillis()).isZero();
        });
    }

    @Test
    void spreadsALargeAudienceEvenlyOverTime() {
        audience("large", LARGE);

        registry.counts(List.of(count("large", 7)));

        for (int second = 1; second <= 4; second++) {
            int before = written;
            for (int step = 0; step < 10; step++) {
                int sofar = written;
                loop.pass(100);
                assertThat(written - sofar).isBetween(0, A_SECOND / 10 + BURST);
            }
            assertThat(written - before).isBetween(A_SECOND - 2 * BURST, A_SECOND + BURST);
        }
        loop.pass(200);
        assertThat(written).isEqualTo(LARGE);
    }

    @Test
    void saysTheIntervalInForceInTheMessageAndInTheMetric() {
        List<Socket> sockets = audience("large", LARGE);

        registry.counts(List.of(count("large", 7)));
        loop.pass(5_000);
        for (int i = 0; i < 10; i++) {
            registry.tick();
            loop.pass(200);
        }

        assertThat(sockets.get(0).counts.get(0).everyMillis()).isBetween(3_900, 4_100);
        assertThat(meters.get("headcount.gateway.push.interval").gauge().value())
                .isBetween(3_900.0, 4_100.0);
    }

    @Test
    void givesEachSocketTheNewestCountOnceAWalkHoweverManyCome() {
        List<Socket> sockets = audience("large", LARGE);

        for (int i = 1; i <= 16; i++) {
            registry.counts(List.of(count("large", i)));
            loop.pass(500);
        }
        loop.pass(5_000);

        assertThat(sockets).allSatisfy(socket -> {
            assertThat(socket.counts.size()).isBetween(2, 4);
            assertThat(socket.counts.get(socket.counts.size() - 1).viewers()).isEqualTo(16);
        });
        assertThat(meters.get("headcount.gateway.counts.replaced")
                        .functionCounter()
                        .count())
                .isGreaterThan(8);
    }

    @Test
    void letsSmallAudiencesNotWaitBehindALargeOne() {
        audience("large", LARGE);
        List<Socket> small = audience("small", 20);
        registry.counts(List.of(count("large", 7)));
        loop.pass(500);

        registry.counts(List.of(count("small", 3)));
        loop.pass(200);

        assertThat(small).allSatisfy(socket -> assertThat(socket.counts).hasSize(1));
    }
}
