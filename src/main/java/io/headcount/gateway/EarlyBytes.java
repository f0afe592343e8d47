package io.headcount.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Stands in for the HTTP decoder from the moment a handshake's head is read. A client may not send frames before the
 * 101; if one does, they must neither be parsed as the next request nor be lost: they are kept, up to a limit.
 */
final class EarlyBytes extends ChannelInboundHandlerAdapter {
    private static final int MAX_BYTES = 16_384;

    private ByteBuf kept = Unpooled.EMPTY_BUFFER;

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // a failed close is no news
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            // The end of the request itself, which the decoder had read already.
            context.fireChannelRead(message);
            return;
        }
        try {
            if (kept.readableBytes() + bytes.readableBytes() > MAX_BYTES) {
                context.close();
            } else {
                kept = Unpooled.copiedBuffer(kept, bytes);
            }
        } finally {
            bytes.release();
        }
    }

    /** What came; unpooled, nothing to release. */
    ByteBuf take() {
        ByteBuf bytes = kept;
        kept = Unpooled.EMPTY_BUFFER;
        return bytes;
    }
}
