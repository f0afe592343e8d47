package io.headcount.gateway;

import io.headcount.gateway.AddressTable.Tally;
import io.headcount.model.EndCause;
import io.headcount.protocol.ClientMessage;
import io.headcount.protocol.CloseCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;

/**
 * An upgraded socket: the only handler in its pipeline, its frame reader's state and its place in the registry, in one
 * object.
 *
 * <p>States: open; closing (our Close is on its way, what arrives is read and dropped until the peer's Close or until
 * {@link Closings} ends it, so that the code is not lost to a reset); closed.
 */
@SuppressWarnings("FutureReturnValueIgnored") // writes go with the void promise: a failure closes the channel
class ViewerConnection extends Viewer implements ChannelInboundHandler, FrameReader.Sink, ChannelFutureListener {
    /** How many milliseconds' worth of frames may come at once. */
    private static final int FULL_BUDGET_MILLIS = 10_000;

    private enum State {
        OPEN,
        /** Frames are still understood: the peer's Close ends it. */
        CLOSING,
        /** The peer's bytes no longer make sense. */
        DEAF,
        CLOSED
    }

    private final Lane lane;
    private final Tally tally;
    private ChannelHandlerContext ctx;
    private FrameReader.Rest rest;
    private State state = State.OPEN;
    private short budgetMillis = FULL_BUDGET_MILLIS;
    private short badMessages;

    /** @param tally the place that the socket took, {@code null} where addresses are not limited */
    ViewerConnection(Lane lane, Tally tally) {
        this.lane = lane;
        this.tally = tally;
    }

    /** The 101 is written: the session begins, with what the client may have sent too early. */
    void opened(String stream, String user, ByteBuf early) {
        lane.registry().open(stream, user, this);
        begin(early);
    }

    final Lane lane() {
        return lane;
    }

    /** Runs {@code task} when everything written so far is sent, unless the socket has gone by then. */
    final void whenDrained(Runnable task) {
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> {
            if (sent.isSuccess() && state == State.OPEN) {
                task.run();
            }
        });
    }

    /** Takes what the client sent before the 101. */
    final void begin(ByteBuf early) {
        if (early.isReadable()) {
            channelRead(ctx, early);
        }
    }

    // --- the registry's side

    @Override
    public void write(ByteBuf frame) {
        if (state == State.CLOSED || ctx.isRemoved()) {
            frame.release();
            return;
        }
        lane.metrics().sent(frame.readableBytes());
        ctx.writeAndFlush(frame, ctx.voidPromise());
    }

    @Override
    public long unsentBytes() {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public void notifyWhenDrained() {
        // An empty write comes after everything before it: its promise is the news that all of that is sent.
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this);
    }

    @Override
    public void operationComplete(ChannelFuture future) {
        if (future.isSuccess() && state == State.OPEN) {
            lane.registry().drained(this);
        }
    }

    @Override
    public void closeWith(CloseCode code) {
        if (state == State.OPEN) {
            goodbye(code, State.CLOSING);
        }
    }

    @Override
    public void abandon() {
        state = State.CLOSED;
        rest = null;
        ctx.close();
    }

    // --- Netty's side

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof ByteBuf bytes && reading()) {
                int now = lane.registry().pulse().nowMillis();
                budgetMillis = (short) Math.min(FULL_BUDGET_MILLIS, budgetMillis + Math.max(0, now - heardMillis));
                heardMillis = now;
                rest = lane.reader().read(bytes, rest, this);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended(EndCause.CLOSED);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ended(EndCause.CLOSED);
        lane.admission().leave(tally);
    }

    @Override
    @SuppressWarnings("deprecation") // deprecated in ChannelHandler, where outbound handlers would have it too
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        ended(EndCause.ERROR);
        context.close();
    }

    private void ended(EndCause cause) {
        state = State.CLOSED;
        rest = null;
        lane.registry().close(this, cause);
    }

    @Override
    public void channelRegistered(ChannelHandlerContext context) {}

    @Override
    public void channelUnregistered(ChannelHandlerContext context) {}

    @Override
    public void channelActive(ChannelHandlerContext context) {}

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {}

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        // Vert.x's shutdown event comes by here: the drain, not Vert.x, decides when this socket goes.
        ReferenceCountUtil.release(event);
        if (event instanceof SslCloseCompletionEvent) {
            // TLS has ended below us; the TCP connection may be left open by a careless peer.
            ended(EndCause.CLOSED);
            context.close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        // Netty's marks are at 32 and 64 KiB, far above a count: see notifyWhenDrained.
    }

    // --- the frames' side

    @Override
    public boolean reading() {
        return state == State.OPEN || state == State.CLOSING;
    }

    @Override
    public void frame() {
        if (state != State.OPEN) {
            return;
        }
        int cost = lane.frameCostMillis();
        if (budgetMillis < cost) {
            lane.metrics().limited(Limit.MESSAGES);
            refuse(CloseCode.POLICY, State.CLOSING, EndCause.REFUSED);
        } else {
            budgetMillis -= (short) cost;
        }
    }

    @Override
    public void text(byte[] message) {
        lane.metrics().receivedText();
        if (state != State.OPEN) {
            return;
        }
        if (ClientMessage.parse(message) == ClientMessage.PING) {
            answer(Frames.pongMessage());
        } else if (++badMessages >= lane.limits().maxBadMessages()) {
            lane.metrics().limited(Limit.BAD_MESSAGES);
            refuse(CloseCode.POLICY, State.CLOSING, EndCause.REFUSED);
        }
    }

    @Override
    public void ping(byte[] payload) {
        lane.metrics().receivedPing();
        if (state == State.OPEN) {
            answer(Frames.pong(payload));
        }
    }

    @Override
    public void pong() {
        lane.metrics().receivedPong();
    }

    @Override
    public void closing(int code) {
        if (state == State.CLOSING) {
            state = State.CLOSED;
            ctx.close();
            return;
        }
        ByteBuf echo = Frames.closeEcho(code);
        lane.registry().close(this, EndCause.CLOSED);
        state = State.CLOSED;
        lane.closings().add(this);
        ctx.writeAndFlush(echo).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void violation(CloseCode code) {
        if (state == State.CLOSING) {
            state = State.DEAF;
        } else {
            if (code == CloseCode.TOO_BIG) {
                lane.metrics().limited(Limit.MESSAGE_BYTES);
            }
            refuse(code, State.DEAF, EndCause.ERROR);
        }
    }

    private void answer(ByteBuf frame) {
        if (unsentBytes() > lane.limits().maxWriteBufferBytes()) {
            frame.release();
            lane.metrics().limited(Limit.WRITE_BUFFER);
            refuse(CloseCode.SLOW, State.CLOSING, EndCause.REFUSED);
        } else {
            write(frame);
        }
    }

    private void refuse(CloseCode code, State next, EndCause cause) {
        lane.registry().close(this, cause);
        goodbye(code, next);
    }

    private void goodbye(CloseCode code, State next) {
        lane.metrics().closed(code);
        write(Frames.close(code));
        state = next;
        lane.closings().add(this);
    }
}
