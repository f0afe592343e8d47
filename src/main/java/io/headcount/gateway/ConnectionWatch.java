package io.headcount.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Closes connections that are not viewers' and do nothing: no complete head of a request within the handshake's time
 * after connecting (whether nothing came, or a byte now and then), or no further one long after the last. One list an
 * event loop, walked once a second; a connection leaves it when it closes or becomes a viewer's.
 */
final class ConnectionWatch {
    /** Above the 60 s after which load balancers give up an idle connection: they should be first. */
    static final int KEEP_ALIVE_MILLIS = 75_000;

    private static final String NAME = "watch";

    private static final int LINGER_MILLIS = 1_000;
    private static final int SAMPLE = 8;

    private final Loop loop;
    private final int handshakeTimeoutMillis;
    private final int most;
    private final GatewayMetrics metrics;
    private final List<Watched> watched = new ArrayList<>();

    /** @param most connections to be watched; a new one above drives out one that waits already */
    ConnectionWatch(Loop loop, int handshakeTimeoutMillis, int most, GatewayMetrics metrics) {
        this.loop = loop;
        this.handshakeTimeoutMillis = handshakeTimeoutMillis;
        this.most = most;
        this.metrics = metrics;
    }

    void connected(HttpConnection connection) {
        Channel channel = ((ConnectionBase) connection).channel();
        RawAnswer.Versions.require(channel);
        if (watched.size() >= most) {
            metrics.limited(Limit.UNFINISHED_CONNECTIONS);
            nextToGo().close();
        }
        channel.pipeline().addLast(NAME, new Watched(loop.nowMillis() + handshakeTimeoutMillis));
    }

    /**
     * Of a few by chance the one whose time is up first: whoever fills the places with silent connections loses them to
     * those who come to speak.
     */
    private Watched nextToGo() {
        Watched next = watched.get(ThreadLocalRandom.current().nextInt(watched.size()));
        for (int i = 1; i < SAMPLE; i++) {
            Watched other = watched.get(ThreadLocalRandom.current().nextInt(watched.size()));
            next = other.untilMillis < next.untilMillis ? other : next;
        }
        return next;
    }

    /** A request's head is complete. */
    void requested(HttpServerRequest request) {
        Channel channel = ((ConnectionBase) request.connection()).channel();
        if (channel.pipeline().get(NAME) instanceof Watched entry) {
            entry.untilMillis = loop.nowMillis() + KEEP_ALIVE_MILLIS;
            entry.requested = true;
        }
    }

    /** The last answer was given: what the client still sends is read and dropped for a moment, then it is closed. */
    static void linger(Channel channel) {
        if (channel.pipeline().get(NAME) instanceof Watched entry) {
            entry.linger();
        }
    }

    void tick() {
        long now = loop.nowMillis();
        // Downwards: a close may remove the entry at once.
        for (int i = watched.size() - 1; i >= 0; i--) {
            if (i < watched.size() && watched.get(i).untilMillis <= now) {
                if (!watched.get(i).requested) {
                    metrics.limited(Limit.HANDSHAKE_TIME);
                }
                watched.get(i).close();
            }
        }
    }

    int size() {
        return watched.size();
    }

    private final class Watched extends ChannelHandlerAdapter {
        private long untilMillis;
        private boolean requested;
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

        private void linger() {
            untilMillis = loop.nowMillis() + LINGER_MILLIS;
            requested = true;
        }

        @SuppressWarnings("FutureReturnValueIgnored") // a failed close of a dead connection is no news
        void close() {
            ctx.channel().close();
        }
    }
}
