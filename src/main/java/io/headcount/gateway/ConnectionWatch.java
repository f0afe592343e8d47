package io.headcount.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.List;

/**
 * Closes connections that are not viewers' and do nothing: no complete head of a request within the handshake's time
 * after connecting (whether nothing came, or a byte now and then), or no further one long after the last. One list an
 * event loop, walked once a second; a connection leaves it when it closes or becomes a viewer's.
 */
final class ConnectionWatch {
    /** Above the 60 s after which load balancers give up an idle connection: they should be first. */
    static final int KEEP_ALIVE_MILLIS = 75_000;

    private static final String NAME = "watch";

    private final Loop loop;
    private final int handshakeTimeoutMillis;
    private final List<Watched> watched = new ArrayList<>();

    ConnectionWatch(Loop loop, int handshakeTimeoutMillis) {
        this.loop = loop;
        this.handshakeTimeoutMillis = handshakeTimeoutMillis;
    }

    void connected(HttpConnection connection) {
        Channel channel = ((ConnectionBase) connection).channel();
        channel.pipeline().addLast(NAME, new Watched(loop.nowMillis() + handshakeTimeoutMillis));
    }

    /** A request's head is complete. */
    void requested(HttpServerRequest request) {
        Channel channel = ((ConnectionBase) request.connection()).channel();
        if (channel.pipeline().get(NAME) instanceof Watched entry) {
            entry.untilMillis = loop.nowMillis() + KEEP_ALIVE_MILLIS;
        }
    }

    void tick() {
        long now = loop.nowMillis();
        // Downwards: a close may remove the entry at once.
        for (int i = watched.size() - 1; i >= 0; i--) {
            if (i < watched.size() && watched.get(i).untilMillis <= now) {
                watched.get(i).close();
            }
        }
    }

    int size() {
        return watched.size();
    }

    private final class Watched extends ChannelHandlerAdapter {
        private long untilMillis;
        private int place;
        private ChannelHandlerContext ctx;

        Watched(long untilMillis) {
            this.untilMillis = untilMillis;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            ctx = context;
            place = watched.size();
            watched.add(this);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            Watched last = watched.remove(watched.size() - 1);
            if (last != this) {
                watched.set(place, last);
                last.place = place;
            }
        }

        @SuppressWarnings("FutureReturnValueIgnored") // a failed close of a dead connection is no news
        void close() {
            ctx.channel().close();
        }
    }
}
