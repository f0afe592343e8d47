package io.headcount.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.vertx.core.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Makes viewers; holds the event loops that they live on. */
public final class Viewers implements AutoCloseable {
    private static final int READ_BYTES = 1_024;

    private final EventLoopGroup group;
    private final Bootstrap bootstrap;
    private final boolean epoll = Epoll.isAvailable();

    private Viewers(int eventLoops) {
        group = new MultiThreadIoEventLoopGroup(
                eventLoops, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        ChannelFactory<Channel> channels = epoll ? EpollSocketChannel::new : NioSocketChannel::new;
        bootstrap = new Bootstrap()
                .channelFactory(channels)
                .option(ChannelOption.TCP_NODELAY, true)
                // The socket's own timer covers the attempt to connect; Netty's would be kept as long as the channel.
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                // Messages are a hundred bytes: a fixed small read keeps no statistics for each socket.
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
        if (epoll) {
            // The kernel then chooses the port at connect, where ports can be shared between destinations.
            bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
    }

    /** With so many event loops of its own, 1 or more. */
    public static Viewers create(int eventLoops) {
        return new Viewers(eventLoops);
    }

    /** Connects; completes with the welcome, fails with {@link ViewerClosedException}. */
    public Future<Viewer> connect(ViewerOptions options) {
        return open(options, ViewerListener.NONE).ready();
    }

    /** Starts to connect, and tells the listener of all that happens. */
    public Viewer open(ViewerOptions options, ViewerListener listener) {
        EventLoop loop = group.next();
        Viewer viewer = new Viewer(this, loop, options, listener);
        loop.execute(viewer::open);
        return viewer;
    }

    /** The event loops, for work that has to be on the same thread as the viewers. */
    public EventLoopGroup eventLoops() {
        return group;
    }

    /** Ends the event loops at once; viewers that are still open are dropped. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    void connect(EventLoop loop, ViewerOptions options, InetSocketAddress server, ViewerSocket socket) {
        Bootstrap one = bootstrap.clone(loop).handler(socket);
        if (options.localAddress() != null) {
            one.localAddress(new InetSocketAddress(options.localAddress(), 0));
        }
        socket.connecting(one.connect(server));
    }
}
