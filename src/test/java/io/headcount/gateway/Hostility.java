package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What strangers do to a public port: each act checks that it gets the named answer. */
final class Hostility {
    private static final String EVIL = "/v1/streams/evil/watch?user=";

    private final int port;
    private final Random random = new Random(4711);
    private final AtomicInteger users = new AtomicInteger();

    /** How often each act was done. */
    final Map<String, AtomicInteger> done = new ConcurrentHashMap<>();

    /** Acts that were answered otherwise than they should be. */
    final List<String> wrong = new CopyOnWriteArrayList<>();

    private final long paceMillis;

    /**
     * Acts as fast as this machine can, or at most so many times a second of each kind: a machine that plays attacker,
     * viewers and server at once would otherwise measure how they fight for its cores.
     */
    Hostility(int port, int eachASecond) {
        this.port = port;
        this.paceMillis = eachASecond == 0 ? 0 : 1_000 / eachASecond;
    }

    /** Something hostile, once. */
    interface Act {
        void run() throws InterruptedException;
    }

    /** All that takes a moment. */
    Map<String, Act> acts() {
        byte[] huge = {(byte) 0x81, (byte) 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4};
        Map<String, Act> acts = new LinkedHashMap<>();
        acts.put("garbage", this::garbage);
        acts.put("post", () -> refused(405, good().replace("GET", "POST")));
        acts.put("wrong version", () -> refused(426, good().replace("Version: 13", "Version: 7")));
        acts.put("evil origin", () -> refused(403, RawViewer.request(EVIL + "x", "Origin: https://evil.example")));
        acts.put("long URI", () -> refused(414, good().replace("user=", "x=" + "y".repeat(30_000) + "&user=")));
        acts.put("big headers", () -> refused(431, RawViewer.request(EVIL + "x", "X: " + "y".repeat(40_000))));
        acts.put("SQL", () -> refused(400, good().replace("/evil/", "/'%3BDROP%20TABLE%20streams%3B--/")));
        acts.put("ping flood", () -> closed(1008, repeated(RawViewer.frame(RawViewer.PING, new byte[125]), 2_000)));
        acts.put("huge frame", () -> closed(1009, huge));
        acts.put("long message", () -> closed(1009, RawViewer.frame(RawViewer.TEXT, new byte[60_000])));
        acts.put("unmasked", () -> closed(1002, new byte[] {(byte) 0x81, 5, 'h', 'e', 'l', 'l', 'o'}));
        acts.put("reserved opcode", () -> closed(1002, RawViewer.frame(0x8F, new byte[0])));
        acts.put(
                "bad UTF-8",
                () -> closed(1007, RawViewer.frame(RawViewer.TEXT, new byte[] {(byte) 0xC0, (byte) 0xAF})));
        acts.put("binary", () -> closed(1003, RawViewer.frame(0x82, new byte[1_000])));
        acts.put(
                "nested JSON",
                () -> closed(
                        1008,
                        repeated(
                                RawViewer.frame(
                                        RawViewer.TEXT, "[".repeat(1_000).getBytes(StandardCharsets.US_ASCII)),
                                3)));
        acts.put("reset", () -> watching().reset());
        acts.put("half a frame", this::halfAFrame);
        return acts;
    }

    /** Does an act at least once, and over and over until the time, in a thread of its own. */
    Thread repeat(String name, Act act, long untilNanos) {
        AtomicInteger times = done.computeIfAbsent(name, unknown -> new AtomicInteger());
        Thread thread = new Thread(
                () -> {
                    do {
                        try {
                            act.run();
                            times.incrementAndGet();
                            TimeUnit.MILLISECONDS.sleep(paceMillis);
                        } catch (InterruptedException e) {
                            return;
                        } catch (AssertionError | RuntimeException e) {
                            wrong.add(name + ": " + e);
                        }
                    } while (System.nanoTime() < untilNanos);
                },
                "hostile " + name);
        thread.start();
        return thread;
    }

    private static String good() {
        return RawViewer.request(EVIL + "x");
    }

    private RawViewer watching() {
        return RawViewer.connect(port).handshake(EVIL + "evil-" + users.incrementAndGet());
    }

    private void refused(int status, String request) {
        try (RawViewer viewer = RawViewer.connect(port)) {
            viewer.send(request.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(viewer.readHead()).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    private void garbage() {
        byte[] bytes = new byte[2_000];
        random.nextBytes(bytes);
        bytes[bytes.length - 2] = '\r';
        bytes[bytes.length - 1] = '\n';
        try (RawViewer viewer = RawViewer.connect(port)) {
            assertThat(viewer.send(bytes).readAll()).startsWith("HTTP/1.1 400 ");
        }
    }

    private void closed(int code, byte[] sent) {
        try (RawViewer viewer = watching()) {
            assertThat(viewer.send(sent).readCloseCode()).isEqualTo(code);
        }
    }

    private void halfAFrame() {
        try (RawViewer viewer = watching()) {
            viewer.send(new byte[] {(byte) 0x81, (byte) 0x8F, 1, 2, 3});
        }
    }

    /** Sends what has to be answered, as fast as it may, and never reads. */
    void neverReads() throws InterruptedException {
        try (RawViewer viewer = RawViewer.connect(port, 2_048)
                .handshake("/v1/streams/pushed/watch?user=deaf-" + users.incrementAndGet())) {
            byte[] pings = repeated(RawViewer.frame(RawViewer.PING, new byte[125]), 19);
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(25);
            while (viewer.tryWrite(pings)) {
                assertThat(System.nanoTime()).as("it is closed within 25 s").isLessThan(until);
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    /**
     * Opens connections, a third of them silent, a third with half a request, a third with a header line now and then,
     * and waits until the server has closed them all.
     *
     * @return how long the last was open, milliseconds
     */
    static long unfinished(int port, int count) throws IOException, InterruptedException {
        List<SocketChannel> open = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.bind(new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 2, 0, (byte) (1 + i / 3_000)}), 0));
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            if (i % 3 == 1) {
                channel.write(ByteBuffer.wrap(good().substring(0, 60).getBytes(StandardCharsets.US_ASCII)));
            }
            channel.configureBlocking(false);
            open.add(channel);
            if (i % 10 == 9) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }
        ByteBuffer buffer = ByteBuffer.allocate(1_024);
        while (!open.isEmpty()) {
            for (int i = open.size() - 1; i >= 0; i--) {
                if (ended(open.get(i), buffer.clear(), i % 3 == 2)) {
                    open.remove(i).close();
                }
            }
            assertThat(System.nanoTime() - began)
                    .as("still open: " + open.size())
                    .isLessThan(TimeUnit.SECONDS.toNanos(60));
            TimeUnit.SECONDS.sleep(1);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    private static boolean ended(SocketChannel channel, ByteBuffer buffer, boolean trickles) {
        try {
            if (trickles) {
                channel.write(ByteBuffer.wrap(new byte[] {'G'}));
            }
            return channel.read(buffer) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    private static byte[] repeated(byte[] frame, int times) {
        byte[] all = new byte[frame.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(frame, 0, all, i * frame.length, frame.length);
        }
        return all;
    }

    /** Hostile acts of all kinds at once, a thread a kind, for so long; returns when they have ended. */
    void all(int seconds, Map<String, Act> more) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Map<String, Act> acts = acts();
        acts.putAll(more);
        List<Thread> threads = new ArrayList<>();
        acts.forEach((name, act) -> threads.add(repeat(name, act, until)));
        for (Thread thread : threads) {
            thread.join();
        }
    }

    static Act act(int port, int unfinished) {
        return () -> {
            try {
                unfinished(port, unfinished);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }
}
