package io.headcount.chaos;

import io.headcount.dev.Ports;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;

/** A proxy before one server: it carries connections over the links that they belong to. */
final class Wire implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final int port = Ports.pick();
    private final InetSocketAddress target;
    private final EventLoopGroup loops;
    private final Executor resolver;
    private final IntFunction<Link> linkOf;
    private final Channel listener;

    /**
     * Listens.
     *
     * @param serverPort on 127.0.0.1
     * @param resolver where {@code linkOf} is called; it may block
     * @param linkOf the link of a client's port
     */
    Wire(EventLoopGroup loops, int serverPort, Executor resolver, IntFunction<Link> linkOf) {
        this.loops = loops;
        this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort);
        this.resolver = resolver;
        this.linkOf = linkOf;
        this.listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 512)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        int clientPort = ((InetSocketAddress) client.remoteAddress()).getPort();
                        resolver().execute(() -> serve(client, linkOf().apply(clientPort)));
                    }
                })
                .bind(HOST, port)
                .syncUninterruptibly()
                .channel();
    }

    /** Where to connect instead of to the server. */
    int port() {
        return port;
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
    }

    private Executor resolver() {
        return resolver;
    }

    private IntFunction<Link> linkOf() {
        return linkOf;
    }

    private void serve(Channel client, Link link) {
        if (!loops.isShuttingDown()) {
            Carried carried = new Carried(client, link);
            client.eventLoop().execute(() -> carried.begin(this::connect));
        }
    }

    private void connect(Carried carried) {
        new Bootstrap()
                .group(loops.next())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5_000)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel server) {
                        // Its handlers come with the connection.
                    }
                })
                .connect(target)
                .addListener(done -> {
                    if (done.isSuccess()) {
                        carried.connected(((io.netty.channel.ChannelFuture) done).channel());
                    } else {
                        carried.reset();
                    }
                });
    }
}
