package io.headcount;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the node is, by the datagrams of sd_notify(3); does nothing where it did not ask for that
 * (NOTIFY_SOCKET). Blocking, and for the three moments of a node's life only: the JDK has no such sockets, so that each
 * message takes an event loop of its own.
 */
final class Systemd {
    private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);
    private static final long SEND_SECONDS = 2;

    private final String socket;

    /** @param socket path of the socket, or {@code @} and an abstract name; {@code null} where nobody listens */
    Systemd(String socket) {
        this.socket = socket;
    }

    /** The one that started this process. */
    static Systemd ofThisProcess() {
        return new Systemd(System.getenv("NOTIFY_SOCKET"));
    }

    /** The node serves viewers. */
    void ready(String status) {
        tell("READY=1\nSTATUS=" + status);
    }

    /** The node has begun to stop. */
    void stopping() {
        tell("STOPPING=1\nSTATUS=sending viewers to other nodes");
    }

    private void tell(String message) {
        if (socket == null || socket.isEmpty()) {
            return;
        }
        if (!Epoll.isAvailable()) {
            LOG.warn("systemd cannot be told of this node: epoll does not load here; use Type=exec in the unit");
            return;
        }
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            send(loop, message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            var unused = loop.shutdownGracefully(0, SEND_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void send(EventLoopGroup loop, String message) throws InterruptedException {
        String path = socket.startsWith("@") ? '\0' + socket.substring(1) : socket;
        var connecting = new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelHandlerAdapter() {})
                .connect(new DomainSocketAddress(path))
                .await();
        Channel channel = connecting.channel();
        var sent = connecting.isSuccess()
                ? channel.writeAndFlush(Unpooled.copiedBuffer(message, StandardCharsets.UTF_8))
                        .await()
                : connecting;
        if (!sent.isSuccess()) {
            LOG.warn(
                    "systemd did not take a message; it will think that the node does not start or stop reason={}",
                    String.valueOf(sent.cause()));
        }
        channel.close().await(SEND_SECONDS, TimeUnit.SECONDS);
    }
}
