package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.bus.Message;
import io.headcount.bus.Message.Admitted;
import io.headcount.bus.Message.SessionEvent;
import io.headcount.bus.Message.SessionEvents;
import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.Mode;
import io.headcount.model.SharedClock;
import io.headcount.protocol.CloseCode;
import io.headcount.protocol.Opcode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SessionRegistryTest {
    private final ManualLoop loop = new ManualLoop();
    private final List<SessionEvents> batches = new ArrayList<>();
    private final SessionRegistry registry = new SessionRegistry(
            3,
            RunningGateway.config(8080, "counting.instances", 1, "push.messagesPerSecond", 100_000_000),
            loop,
            new SharedClock(),
            UnpooledByteBufAllocator.DEFAULT,
            new GatewayMetrics(new SimpleMeterRegistry(), new AtomicInteger()),
            (counter, batch) -> batches.add(batch));
    private long asOf = 1;

    /** A socket that remembers what it was told. */
    private static final class Socket extends Viewer {
        private final List<String> heard = new ArrayList<>();
        private int pings;
        private long unsent;
        private int drainRequests;
        private String end;

        @Override
        public void write(ByteBuf frame) {
            if ((frame.getByte(0) & 0x0F) == Opcode.PING) {
                pings++;
            } else {
                String all = frame.toString(StandardCharsets.UTF_8);
                heard.add(all.substring(all.indexOf('{')));
            }
            frame.release();
        }

        @Override
        public long unsentBytes() {
            return unsent;
        }

        @Override
        public void notifyWhenDrained() {
            drainRequests++;
        }

        @Override
        public void closeWith(CloseCode code) {
            end = Integer.toString(code.code());
        }

        @Override
        public void abandon() {
            end = "abandoned";
        }

        private String last() {
            return heard.get(heard.size() - 1);
        }
    }

    private Socket open(String stream, String user) {
        Socket socket = new Socket();
        registry.open(stream, user, socket);
        return socket;
    }

    private Count count(String stream, long viewers) {
        asOf++;
        return new Count(stream, viewers, viewers, viewers, asOf, asOf, asOf, Mode.EXACT);
    }

    private Socket welcomed(String stream, String user) {
        Socket socket = open(stream, user);
        registry.admitted(new Admitted(List.of(socket.session()), count(stream, 1)));
        return socket;
    }

    private void ticks(long millis) {
        int step = registry.pulse().tickMillis();
        for (long t = 0; t < millis; t += step) {
            loop.pass(step);
            registry.tick();
        }
    }

    private List<SessionEvent> events() {
        registry.flushEvents();
        return batches.stream().flatMap(batch -> batch.events().stream()).toList();
    }

    @Test
    void closesASessionThatIsOneTooManyOfItsUserBeforeOrAfterALateWelcome() {
        Socket kept = open("s", "u");
        Socket soon = open("s", "u");
        registry.admitted(new Admitted(List.of(kept.session()), count("s", 1), List.of(soon.session())));
        Socket late = open("s", "u");
        ticks(Welcomes.PATIENCE_MILLIS + 500);
        assertThat(late.last()).contains("welcome");
        registry.admitted(new Admitted(List.of(), count("s", 1), List.of(late.session())));

        assertThat(soon.end).isEqualTo("4429");
        assertThat(soon.heard).isEmpty();
        assertThat(late.end).isEqualTo("4429");
        assertThat(kept.end).isNull();
        assertThat(registry.size()).isEqualTo(1);
    }

    @Test
    void keepsItsBooksThroughRandomOpensAndCloses() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Socket> open = new ArrayList<>();

        for (int i = 0; i < 20_000; i++) {
            if (open.isEmpty() || random.nextInt(100) < 52) {
                open.add(open("s" + random.nextInt(20), "u" + random.nextInt(50)));
            } else {
                Socket gone = open.remove(random.nextInt(open.size()));
                registry.close(gone, EndCause.CLOSED);
                registry.close(gone, EndCause.ERROR);
            }
        }

        Map<String, Message.Tally> expected = new HashMap<>();
        open.forEach(socket -> expected.compute(
                socket.session().stream(),
                (stream, tally) -> (tally == null ? Message.Tally.NONE : tally).plus(socket.session())));
        assertThat(registry.census()).as("seed " + seed).isEqualTo(expected);
        assertThat(registry.size()).isEqualTo(open.size());
        assertThat(expected.keySet().stream().flatMap(stream -> registry.sessionsOf(stream).stream()))
                .containsExactlyInAnyOrderElementsOf(
                        open.stream().map(Viewer::session).toList());
        assertThat(events()).hasSize(20_000);
        assertThat(events().stream().filter(event -> !event.opened())).hasSize(20_000 - (20_000 + open.size()) / 2);
    }

    @Test
    void sendsTheFirstEventAtOnceAndBatchesThoseThatFollow() {
        open("s", "u1");
        assertThat(batches).hasSize(1);

        open("s", "u2");
        open("s", "u3");
        assertThat(batches).hasSize(1);
        loop.pass(10);

        assertThat(batches).hasSize(2);
        assertThat(batches.get(1).events()).hasSize(2);
        for (int i = 0; i < 256; i++) {
            open("s", "v" + i);
        }
        assertThat(batches).hasSize(3);
    }

    @Test
    void tellsEventsBeforeItAnswersWhoIsHere() {
        open("s", "u1");
        Socket second = open("s", "u2");
        assertThat(batches).hasSize(1);

        assertThat(registry.sessionsOf("s")).contains(second.session());

        assertThat(batches).hasSize(2);
    }

    @Test
    void sendsCountsOnlyToThoseWhoWereWelcomed() {
        Socket early = welcomed("s", "u1");
        Socket waiting = open("s", "u2");

        registry.counts(List.of(count("s", 5)));
        loop.settle();

        assertThat(early.last()).contains("\"viewers\":5");
        assertThat(waiting.heard).isEmpty();
    }

    @Test
    void servesALargeAudienceInSlicesWithTheNewestCount() {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            sockets.add(welcomed("s", "u" + i));
        }

        registry.counts(List.of(count("s", 7_001)));
        registry.counts(List.of(count("s", 7_002)));
        assertThat(sockets.stream().filter(socket -> socket.heard.size() > 1)).hasSize(256);
        registry.close(sockets.get(0), EndCause.CLOSED);
        loop.settle();

        assertThat(sockets.subList(1, 1_000))
                .allSatisfy(socket -> assertThat(socket.last()).contains("7002"));
        assertThat(sockets.subList(1, 1_000).stream()
                        .filter(socket -> socket.heard.get(1).contains("7001")))
                .hasSize(256);
        assertThat(sockets.get(0).heard).hasSize(1);
    }

    @Test
    void neverQueuesASecondCountAndSendsTheNewestWhenTheFirstHasGone() {
        Socket socket = welcomed("s", "u");
        socket.unsent = 300;

        registry.counts(List.of(count("s", 5)));
        registry.counts(List.of(count("s", 6)));
        assertThat(socket.heard).hasSize(1);
        assertThat(socket.drainRequests).isEqualTo(1);
        socket.unsent = 0;
        registry.drained(socket);

        assertThat(socket.heard).hasSize(2);
        assertThat(socket.last()).contains("\"viewers\":6");
    }

    @Test
    void closesASlowReaderAfterTenSecondsOrTooManyBytes() {
        Socket slow = welcomed("s", "u1");
        Socket greedy = welcomed("s", "u2");
        slow.unsent = 300;
        greedy.unsent = 70_000;

        registry.counts(List.of(count("s", 5)));
        ticks(500);
        assertThat(greedy.end).isEqualTo("1013");
        ticks(9_000);
        assertThat(slow.end).isNull();
        ticks(1_000);

        assertThat(slow.end).isEqualTo("1013");
        assertThat(events())
                .extracting(SessionEvent::cause)
                .contains(EndCause.REFUSED)
                .hasSize(4);
    }

    @Test
    void forwardsALifeSignButNotARepetition() {
        Socket socket = welcomed("s", "u");
        registry.counts(List.of(count("s", 5)));
        registry.counts(List.of(count("s", 5)));
        assertThat(socket.heard).hasSize(2);

        loop.pass(2_000);
        registry.counts(List.of(count("s", 5)));

        assertThat(socket.heard).hasSize(3);
    }

    @Test
    void acceptsARegressionOnlyAfterASecond() {
        Socket socket = welcomed("s", "u");
        Count older = count("s", 4);
        registry.counts(List.of(count("s", 5)));

        registry.counts(List.of(older));
        assertThat(socket.last()).contains("\"viewers\":5");
        loop.pass(1_100);
        registry.counts(List.of(older));

        assertThat(socket.last()).contains("\"viewers\":4");
    }

    @Test
    void degradesOnceWhatIsOlderThanFiveSeconds() {
        Socket socket = welcomed("s", "u");
        registry.counts(List.of(count("s", 5)));

        ticks(4_500);
        assertThat(socket.last()).contains("exact");
        ticks(10_000);

        assertThat(socket.heard).hasSize(3);
        assertThat(socket.last()).contains("degraded");
        assertThat(registry.ownerless(10)).containsExactly("s");
    }

    @Test
    void pingsEachSocketOncePerIntervalAndEndsTheSilentOnes() {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sockets.add(open("s", "u" + i));
        }
        int[] answered = new int[100];
        int step = registry.pulse().tickMillis();
        for (int millis = 0; millis < 44_000; millis += step) {
            ticks(step);
            for (int i = 50; i < 100; i++) {
                Socket socket = sockets.get(i);
                if (socket.pings > answered[i]) {
                    answered[i] = socket.pings;
                    socket.heardMillis = registry.pulse().nowMillis();
                }
            }
        }
        assertThat(sockets.subList(50, 100))
                .allSatisfy(socket -> assertThat(socket.pings).isBetween(2, 3));
        assertThat(sockets).allSatisfy(socket -> assertThat(socket.end).isNull());

        ticks(4_000);

        assertThat(sockets.subList(0, 50))
                .allSatisfy(socket -> assertThat(socket.end).isEqualTo("abandoned"));
        assertThat(sockets.subList(50, 100))
                .allSatisfy(socket -> assertThat(socket.end).isNull());
        assertThat(registry.size()).isEqualTo(50);
    }

    @Test
    void pingsInTimeHoweverMuchSocketsMoveInItsArrays() {
        Random random = new Random(7);
        List<Socket> leaving = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            leaving.add(open("s", "leaves" + i));
        }
        List<Socket> staying = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            staying.add(open("s", "stays" + i));
        }
        int[] answered = new int[50];
        int[] gaps = new int[50];
        int longestGap = 0;
        for (int second = 0; second < 120; second++) {
            // A removal moves the last socket into the gap: whoever was to be visited next may be far from it now.
            registry.close(leaving.remove(random.nextInt(50)), EndCause.CLOSED);
            leaving.add(open("s", "later" + second));
            ticks(1_000);
            for (int i = 0; i < 50; i++) {
                Socket socket = staying.get(i);
                gaps[i] = socket.pings > answered[i] ? 0 : gaps[i] + 1;
                if (gaps[i] == 0) {
                    answered[i] = socket.pings;
                    socket.heardMillis = registry.pulse().nowMillis();
                }
                longestGap = Math.max(longestGap, gaps[i]);
            }
        }

        assertThat(longestGap).as("seconds between two pings").isLessThanOrEqualTo(24);
    }

    @Test
    void doesNotTakeAPauseOfTheProcessForSilence() {
        Socket socket = open("s", "u");
        ticks(10_000);

        loop.pause(600_000);
        ticks(34_000);
        assertThat(socket.end).isNull();
        ticks(4_000);

        assertThat(socket.end).isEqualTo("abandoned");
    }

    @Test
    void drainsWithoutLeavesWhenTheLeaseSpeaks() {
        Socket socket = welcomed("s", "u");
        registry.leaveSilently();

        assertThat(registry.reconnect(10, () -> 1_234)).isFalse();

        assertThat(socket.last()).isEqualTo("{\"type\":\"reconnect\",\"afterMillis\":1234}");
        assertThat(socket.end).isEqualTo("1012");
        assertThat(events()).hasSize(1);
    }
}
