package io.headcount.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Answers 101 and takes a connection out of Vert.x's hands.
 *
 * <p>Vert.x 5.0 keeps for a connection: its handlers in the pipeline and all they lead to; listeners on the channel's
 * close future; the channel in the server's group. The handlers go, after one of them was told that the connection is
 * closed, so that Vert.x's own metrics end the request and the connection. Of the listeners those go that can be
 * reached; one small promise and the place in the group (some 150 bytes together) stay, and let Vert.x close the socket when
 * the server closes.
 */
final class Upgrade {
    private static final String DECODER = "httpDecoder";
    private static final String HANDLER = "handler";
    private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private Upgrade() {}

    /** Ends HTTP on a request's connection; to be called when the request's head is read. */
    static void stopReading(HttpServerRequest request) {
        channel(request).pipeline().replace(DECODER, DECODER, new EarlyBytes());
    }

    /** The connection's other end: the client, or the last proxy before this node. */
    static InetAddress peer(HttpServerRequest request) {
        return ((InetSocketAddress) channel(request).remoteAddress()).getAddress();
    }

    /** Whether the client is still there. */
    static boolean connected(HttpServerRequest request) {
        return channel(request).isActive();
    }

    /**
     * Answers 101 and leaves nothing but {@code viewer} (and TLS) in the pipeline. On the event loop only, after {@link
     * #stopReading} and after the request's end.
     *
     * @return what the client sent before the 101
     */
    static ByteBuf run(HttpServerRequest request, boolean withProtocol, ChannelHandler viewer) {
        Channel channel = channel(request);
        ChannelPipeline pipeline = channel.pipeline();
        ByteBuf early = ((EarlyBytes) pipeline.get(DECODER)).take();
        HttpServerResponse response = request.response();
        response.putHeader("Upgrade", "websocket")
                .putHeader("Connection", "Upgrade")
                .putHeader(
                        "Sec-WebSocket-Accept",
                        accept(request.getHeader("Sec-WebSocket-Key").trim()));
        if (withProtocol) {
            response.putHeader("Sec-WebSocket-Protocol", HandshakeRules.PROTOCOL);
        }
        forget(channel, ((ConnectionBase) request.connection()));
        var upgraded = request.toNetSocket();
        if (!upgraded.succeeded()) {
            throw new IllegalStateException("the connection could not be taken over", upgraded.cause());
        }
        forget(channel, ((ConnectionBase) upgraded.result()));
        tellVertxItIsClosed(pipeline);
        for (String name : pipeline.names()) {
            ChannelHandlerContext context = pipeline.context(name);
            if (context != null && !(context.handler() instanceof SslHandler)) {
                pipeline.remove(context.handler());
            }
        }
        pipeline.addLast(viewer);
        return early;
    }

    private static Channel channel(HttpServerRequest request) {
        return ((ConnectionBase) request.connection()).channel();
    }

    /** Vert.x's promise for a connection's end is itself the listener on the channel's close future. */
    @SuppressWarnings("unchecked")
    private static void forget(Channel channel, ConnectionBase connection) {
        if (connection.closeFuture() instanceof GenericFutureListener<?> listener) {
            channel.closeFuture().removeListener((GenericFutureListener<? extends Future<? super Void>>) listener);
        }
    }

    private static void tellVertxItIsClosed(ChannelPipeline pipeline) {
        ChannelInboundHandler handler = (VertxHandler<?>) pipeline.get(HANDLER);
        try {
            handler.channelInactive(pipeline.context(HANDLER));
        } catch (Exception e) {
            throw new IllegalStateException("Vert.x would not let go of the connection", e);
        }
    }

    /** RFC 6455, 4.2.2. */
    static String accept(String key) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
