package io.headcount.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many well-behaved viewers, each a user of its own: they answer pings, ask {@code {"type":"ping"}} in turn and measure
 * how long the answer takes.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a lost connection is counted where it ends
final class Bystanders implements AutoCloseable {
    /** The kernel's search for a free port becomes slow with more connections of one source address. */
    private static final int MOST_PER_ADDRESS = 3_000;

    private static final int AT_ONCE = 200;
    private static final byte[] PONG = RawViewer.frame(RawViewer.PONG, new byte[0]);
    private static final byte[] PING =
            RawViewer.frame(RawViewer.TEXT, "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII));

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<One> all = new ArrayList<>();
    private final AtomicInteger welcomed = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final String[] streams;
    private final int port;

    /** Touched by the loop only. */
    private long[] pongNanos = new long[1_024];

    private int pongs;
    private int next;

    /** Connects them all, spread over the streams, and returns when all are welcomed. */
    Bystanders(int port, int count, String... streams) throws InterruptedException {
        this.port = port;
        this.streams = streams;
        for (int i = 0; i < count; i++) {
            while (all.size() - welcomed.get() >= AT_ONCE) {
                TimeUnit.MILLISECONDS.sleep(2);
            }
            all.add(connect(i));
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (welcomed.get() < count && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        if (welcomed.get() < count) {
            throw new IllegalStateException(welcomed + " of " + count + " are welcomed, " + lost + " lost");
        }
    }

    private One connect(int number) throws InterruptedException {
        One one = new One(streams[number % streams.length], "good-" + number);
        InetAddress from;
        try {
            from = InetAddress.getByAddress(new byte[] {127, 1, 0, (byte) (1 + number / MOST_PER_ADDRESS)});
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e);
        }
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .handler(one)
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), new InetSocketAddress(from, 0))
                .addListener((ChannelFutureListener) connected -> {
                    if (!connected.isSuccess()) {
                        lost.incrementAndGet();
                    }
                });
        return one;
    }

    /** From now on so many of them ask each second, in turn. */
    void ask(int aSecond) {
        int every = Math.max(1, 1_000 / aSecond);
        int each = Math.max(1, aSecond * every / 1_000);
        loop.scheduleAtFixedRate(
                () -> {
                    for (int i = 0; i < each; i++) {
                        all.get(next++ % all.size()).ask();
                    }
                },
                0,
                every,
                TimeUnit.MILLISECONDS);
    }

    /** Those whose connection ended. */
    int lost() {
        return lost.get();
    }

    /**
     * Answers measured since the last call: how many, and the time that so many of a hundred were within. An answer that
     * is not there yet counts with its time so far.
     */
    Answers answers(int percentile) {
        return loop.submit(() -> {
                    long now = System.nanoTime();
                    all.stream().filter(one -> one.askedNanos != 0).forEach(one -> measured(now - one.askedNanos));
                    long[] sorted = Arrays.copyOf(pongNanos, pongs);
                    Arrays.sort(sorted);
                    Answers answers = sorted.length == 0
                            ? new Answers(0, 0, 0)
                            : new Answers(
                                    sorted.length,
                                    sorted[(int) ((sorted.length - 1L) * percentile / 100)] / 1_000,
                                    sorted[sorted.length - 1] / 1_000);
                    pongs = 0;
                    return answers;
                })
                .syncUninterruptibly()
                .getNow();
    }

    record Answers(int count, long percentileMicros, long maxMicros) {}

    @Override
    public void close() {
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** One of them: reads the server's frames, which are short and unmasked. */
    private final class One extends ChannelInboundHandlerAdapter {
        private final String stream;
        private final String user;
        private Channel channel;
        private ByteBuf rest = Unpooled.EMPTY_BUFFER;
        private boolean upgraded;
        private long askedNanos;

        One(String stream, String user) {
            this.stream = stream;
            this.user = user;
        }

        void ask() {
            if (askedNanos == 0 && channel != null && channel.isActive()) {
                askedNanos = System.nanoTime();
                channel.writeAndFlush(Unpooled.wrappedBuffer(PING));
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            context.writeAndFlush(Unpooled.copiedBuffer(
                    RawViewer.request("/v1/streams/" + stream + "/watch?user=" + user), StandardCharsets.US_ASCII));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf arrived = (ByteBuf) message;
            ByteBuf data = rest.isReadable() ? Unpooled.copiedBuffer(rest, arrived) : arrived;
            if (!upgraded) {
                int end = data.toString(StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
                if (end >= 0) {
                    upgraded = data.toString(StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 101 ");
                    data.skipBytes(end + 4);
                }
            }
            while (upgraded && frame(data)) {
                // The next.
            }
            rest = data.isReadable() ? Unpooled.copiedBuffer(data) : Unpooled.EMPTY_BUFFER;
            arrived.release();
        }

        private boolean frame(ByteBuf data) {
            if (data.readableBytes() < 2) {
                return false;
            }
            int at = data.readerIndex();
            int length = data.getByte(at + 1);
            int header = length == 126 ? 4 : 2;
            if (data.readableBytes() < header) {
                return false;
            }
            length = length == 126 ? data.getUnsignedShort(at + 2) : length;
            if (data.readableBytes() < header + length) {
                return false;
            }
            int first = data.getUnsignedByte(at);
            String text = data.toString(at + header, length, StandardCharsets.UTF_8);
            data.skipBytes(header + length);
            if (first == RawViewer.PING) {
                channel.writeAndFlush(Unpooled.wrappedBuffer(PONG));
            } else if (text.startsWith("{\"type\":\"pong\"")) {
                measured(System.nanoTime() - askedNanos);
                askedNanos = 0;
            } else if (text.startsWith("{\"type\":\"welcome\"")) {
                welcomed.incrementAndGet();
            }
            return true;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            lost.incrementAndGet();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private void measured(long nanos) {
        if (pongs == pongNanos.length) {
            pongNanos = Arrays.copyOf(pongNanos, pongs * 2);
        }
        pongNanos[pongs++] = nanos;
    }
}
