package io.headcount.gateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;

/**
 * The last answer on a connection whose request cannot be read. Vert.x would give it the version of the request, which
 * is unknown (it says HTTP/1.0, or what the client made up), and then close at once: with bytes of the client unread,
 * the reset that follows may take the answer away before the client has it.
 */
final class RawAnswer {
    private static final String ENCODER = "httpEncoder";

    private RawAnswer() {}

    /** Marks requests of other versions than HTTP/1.0 and 1.1 as unreadable. */
    @ChannelHandler.Sharable
    static final class Versions extends ChannelInboundHandlerAdapter {
        private static final Versions INSTANCE = new Versions();

        static void require(Channel channel) {
            channel.pipeline().addAfter(ENCODER, "versions", INSTANCE);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request
                    && !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                    && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
                request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("version")));
            }
            context.fireChannelRead(message);
        }
    }

    /** Answers as HTTP/1.1, past Vert.x' encoder, and ends the connection when the client had time to read it. */
    @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
    static void write(HttpServerRequest request, Refusal refusal) {
        Channel channel = ((ConnectionBase) request.connection()).channel();
        byte[] bytes = refusal.bytes().getBytes(StandardCharsets.US_ASCII);
        boolean tls = channel.pipeline().get(SslHandler.class) != null;
        ConnectionWatch.linger(channel);
        channel.pipeline()
                .context(ENCODER)
                .writeAndFlush(Unpooled.wrappedBuffer(bytes))
                .addListener((ChannelFutureListener) written -> {
                    if (!tls && written.isSuccess() && channel instanceof DuplexChannel duplex) {
                        duplex.shutdownOutput();
                    } else {
                        channel.close();
                    }
                });
    }
}
