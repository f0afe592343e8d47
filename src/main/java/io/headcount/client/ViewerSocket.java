package io.headcount.client;

import io.headcount.client.Closed.Kind;
import io.headcount.protocol.CloseCode;
import io.headcount.protocol.Opcode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One connection of a viewer, from the handshake to the end, of which it tells the viewer exactly once. It is the only
 * handler of its channel, and has one timer, whose meaning follows the state: welcome, silence, or close.
 */
final class ViewerSocket extends ChannelInboundHandlerAdapter implements ServerFrames.Sink {
    private static final long CLOSE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private enum State {
        HANDSHAKE,
        OPEN,
        WELCOMED,
        CLOSING,
        ENDED
    }

    private final Viewer viewer;
    private final InetSocketAddress server;
    private final ServerFrames frames = new ServerFrames();
    private State state = State.HANDSHAKE;
    private Handshake handshake = new Handshake(ThreadLocalRandom.current());
    private Channel channel;
    private ByteBuf rest;
    private Closed closed;
    private Future<?> timer;
    private long timerDueNanos;
    private long lastPacketNanos = System.nanoTime();

    ViewerSocket(Viewer viewer, InetSocketAddress server) {
        this.viewer = viewer;
        this.server = server;
    }

    /** Follows the attempt to connect. */
    void connecting(ChannelFuture attempt) {
        channel = attempt.channel();
        arm(TimeUnit.MILLISECONDS.toNanos(viewer.options().welcomeTimeoutMillis()));
        attempt.addListener(done -> {
            if (!done.isSuccess()) {
                end(new Closed(Kind.LOST, Closed.ABNORMAL, "connect: " + brief(done.cause())));
            }
        });
    }

    /** Closes with a close frame; for a connection that is not open yet, without. */
    void close() {
        if (state == State.OPEN || state == State.WELCOMED) {
            closed = new Closed(Kind.OURS, 1000, "closed");
            startClosing(1000);
        } else if (state == State.HANDSHAKE) {
            end(new Closed(Kind.OURS, Closed.ABNORMAL, "closed before it was open"));
        }
    }

    /** Resets the connection: the server sees RST and no close frame. */
    void abort() {
        if (state != State.ENDED) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            end(new Closed(Kind.OURS, Closed.ABNORMAL, "aborted"));
        }
    }

    /** The viewer saw the welcome. */
    void welcomed() {
        if (state == State.OPEN) {
            state = State.WELCOMED;
        }
    }

    /** The node is about to go: makes way for the next connection. */
    void leaveForAnother() {
        if (state == State.OPEN || state == State.WELCOMED) {
            closed = new Closed(Kind.THEIRS, CloseCode.RESTART.code(), "asked to come back");
            startClosing(1000);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        send(ctx.alloc().buffer(320).writeBytes(handshake.request(viewer.options(), server)));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object packet) {
        ByteBuf bytes = (ByteBuf) packet;
        lastPacketNanos = System.nanoTime();
        if (rest != null) {
            rest.writeBytes(bytes);
            bytes.release();
            bytes = rest;
            rest = null;
        }
        try {
            read(bytes);
        } catch (FrameException e) {
            sendClose(e.code());
            end(new Closed(Kind.LOST, e.code(), "protocol: " + e.getMessage()));
        }
        if (state != State.ENDED && bytes.isReadable()) {
            rest = ctx.alloc().heapBuffer(bytes.readableBytes() * 2).writeBytes(bytes);
        }
        bytes.release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(new Closed(Kind.LOST, Closed.ABNORMAL, "end of stream"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(new Closed(Kind.LOST, Closed.ABNORMAL, brief(cause)));
    }

    @Override
    public void frame(int opcode, ByteBuf payload) throws FrameException {
        switch (opcode) {
            case Opcode.TEXT -> {
                if (state == State.OPEN || state == State.WELCOMED) {
                    viewer.text(this, payload);
                }
            }
            case Opcode.PING -> sendFrame(Opcode.PONG, payload);
            case Opcode.CLOSE -> closeFrame(payload);
            case Opcode.BINARY -> throw new FrameException(1003, "a binary message");
            default -> {}
        }
    }

    private void read(ByteBuf bytes) throws FrameException {
        if (state == State.HANDSHAKE) {
            Handshake.Answer answer = handshake.read(bytes);
            if (answer == null) {
                return;
            }
            if (answer.status() != 101) {
                viewer.retryNotBefore(answer.retryAfterSeconds() * 1000L);
                end(new Closed(Kind.REFUSED, answer.status(), "handshake refused"));
                return;
            }
            handshake = null;
            state = State.OPEN;
        }
        if (state != State.ENDED) {
            frames.read(bytes, this);
        }
    }

    private void closeFrame(ByteBuf payload) {
        int code = payload.readableBytes() >= 2 ? payload.readUnsignedShort() : 1005;
        if (closed == null) {
            closed = new Closed(Kind.THEIRS, code, payload.toString(StandardCharsets.UTF_8));
            startClosing(code == 1005 ? 1000 : code);
        }
        // The server closes the connection (RFC 6455, 7.1.1), so that TIME_WAIT is on its side; the timer is for
        // one that does not.
    }

    private void startClosing(int code) {
        state = State.CLOSING;
        sendClose(code);
        timer.cancel(false);
        arm(CLOSE_TIMEOUT_NANOS);
    }

    private void sendClose(int code) {
        if (handshake == null) {
            ByteBuf payload = channel.alloc().buffer(2).writeShort(code);
            sendFrame(Opcode.CLOSE, payload);
            payload.release();
        }
    }

    private void onTimer() {
        long now = System.nanoTime();
        switch (state) {
            case HANDSHAKE, OPEN -> end(new Closed(Kind.LOST, Closed.ABNORMAL, "no welcome in time"));
            case CLOSING -> {
                if (closed.kind() == Kind.OURS) {
                    closed = new Closed(Kind.OURS, Closed.ABNORMAL, "closed, but the server did not answer");
                }
                end(closed);
            }
            case WELCOMED -> {
                long limit = TimeUnit.MILLISECONDS.toNanos(viewer.options().silenceLimitMillis());
                // A timer that is late means that this process did not run: that is not the server's silence.
                if (now - timerDueNanos > PAUSE_NANOS) {
                    lastPacketNanos = now;
                }
                long left = lastPacketNanos + limit - now;
                if (left > 0) {
                    arm(left);
                } else {
                    end(new Closed(Kind.LOST, Closed.ABNORMAL, "silence"));
                }
            }
            case ENDED -> {}
        }
    }

    private void arm(long nanos) {
        timerDueNanos = System.nanoTime() + nanos;
        timer = channel.eventLoop().schedule(this::onTimer, nanos, TimeUnit.NANOSECONDS);
    }

    private void end(Closed how) {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        timer.cancel(false);
        frames.release();
        if (rest != null) {
            rest.release();
            rest = null;
        }
        quietly(channel.close());
        viewer.ended(this, closed != null ? closed : how);
    }

    /** Client frames are masked (RFC 6455, 5.3). */
    private void sendFrame(int opcode, ByteBuf payload) {
        if (state == State.ENDED) {
            return;
        }
        int length = payload.readableBytes();
        int mask = ThreadLocalRandom.current().nextInt();
        ByteBuf frame = channel.alloc().buffer(6 + length);
        frame.writeByte(0x80 | opcode).writeByte(0x80 | length).writeInt(mask);
        for (int i = 0; i < length; i++) {
            frame.writeByte(payload.getByte(payload.readerIndex() + i) ^ (mask >>> (24 - 8 * (i & 3))));
        }
        send(frame);
    }

    private void send(ByteBuf bytes) {
        quietly(channel.writeAndFlush(bytes, channel.voidPromise()));
    }

    /** A write that fails ends the channel, and that is heard of in {@link #channelInactive}. */
    @SuppressWarnings("unused")
    private static void quietly(ChannelFuture future) {}

    private static String brief(Throwable cause) {
        String message = cause.getMessage();
        if (message == null) {
            return cause.getClass().getSimpleName();
        }
        // Netty appends the address ("…: /127.0.0.1:8080"); errors are counted by their text, so it has to go.
        return message.replaceFirst(": [^ ]*/[^ ]*$", "");
    }
}
