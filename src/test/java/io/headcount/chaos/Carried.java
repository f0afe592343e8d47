package io.headcount.chaos;

import io.headcount.chaos.Link.Passage;
import io.headcount.chaos.Link.Way;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One connection over a link. Runs on the one event loop of all wires. Bytes of a held direction wait: a little here,
 * the rest in the kernel, whose sender then feels the pressure. Ends pass as bytes do: the end of a process is not heard
 * over a link that is cut.
 */
final class Carried {
    private final Channel client;
    private final Link link;
    private final Runnable onChange = this::changed;
    private Channel server;
    private Half toServer;
    private Half toClient;
    private Consumer<Carried> connector;
    private boolean lossy;
    private boolean over;

    Carried(Channel client, Link link) {
        this.client = client;
        this.link = link;
    }

    /** Connects on when the link is passable. */
    void begin(Consumer<Carried> connect) {
        connector = connect;
        link.add(onChange);
        client.closeFuture().addListener(closed -> link.remove(onChange));
        apply();
    }

    void connected(Channel channel) {
        server = channel;
        toServer = new Half(client, server, Way.TO_SERVER);
        toClient = new Half(server, client, Way.TO_CLIENT);
        client.pipeline().addLast(toServer);
        server.pipeline().addLast(toClient);
        apply();
    }

    /** Both ends see a reset. */
    void reset() {
        over = true;
        closeWithReset(client);
        if (server != null) {
            closeWithReset(server);
        }
    }

    private void changed() {
        client.eventLoop().execute(this::apply);
    }

    private void apply() {
        if (over) {
            return;
        }
        if (connector != null) {
            if (link.passable()) {
                Consumer<Carried> connect = connector;
                connector = null;
                connect.accept(this);
            }
        } else if (server != null) {
            if (lossy && link.passable()) {
                reset();
                return;
            }
            toServer.apply();
            toClient.apply();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to be done about a close that fails
    private static void closeWithReset(Channel channel) {
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }

    /** One direction. */
    private final class Half extends ChannelInboundHandlerAdapter {
        private final Channel from;
        private final Channel to;
        private final Way way;
        private final ArrayDeque<Object> held = new ArrayDeque<>();
        private boolean ended;
        private boolean broken;
        private long lastDueNanos;

        Half(Channel from, Channel to, Way way) {
            this.from = from;
            this.to = to;
            this.way = way;
        }

        void apply() {
            Passage passage = link.passage(way);
            if (passage == Passage.OPEN) {
                while (!held.isEmpty()) {
                    pass(held.poll());
                }
                if (ended) {
                    end();
                }
            }
            from.config().setAutoRead(passage == Passage.LOST || (passage == Passage.OPEN && to.isWritable()));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            switch (link.passage(way)) {
                case OPEN -> pass(bytes);
                case HELD -> held.add(bytes);
                case LOST -> {
                    lossy = true;
                    ReferenceCountUtil.release(bytes);
                }
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            // What comes the other way is what is written here.
            (way == Way.TO_SERVER ? toClient : toServer).apply();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            ended = true;
            if (link.passage(way) == Passage.OPEN) {
                end();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            broken = true;
            var unused = from.close();
        }

        @SuppressWarnings("FutureReturnValueIgnored") // a write that fails shows as the end of the other side
        private void pass(Object bytes) {
            long delay = TimeUnit.MILLISECONDS.toNanos(link.delayMillis());
            long now = System.nanoTime();
            if (delay == 0 && now >= lastDueNanos) {
                to.writeAndFlush(bytes);
                return;
            }
            lastDueNanos = Math.max(now + delay, lastDueNanos);
            to.eventLoop().schedule(() -> to.writeAndFlush((ByteBuf) bytes), lastDueNanos - now, TimeUnit.NANOSECONDS);
        }

        @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to be done about a close that fails
        private void end() {
            over = true;
            if (broken) {
                closeWithReset(to);
            } else {
                to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }
    }
}
