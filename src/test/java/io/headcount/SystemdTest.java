package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd hears, over a real datagram socket. */
class SystemdTest {
    @TempDir
    private Path folder;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private EventLoopGroup loop;

    @AfterEach
    void stopListening() {
        if (loop != null) {
            var unused = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    @Test
    void hearsThatTheNodeIsReadyAndThatItStops() throws Exception {
        String socket = folder.resolve("notify").toString();
        listen(socket);

        new Systemd(socket).ready("serving");
        new Systemd(socket).stopping();

        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("READY=1\nSTATUS=serving");
        assertThat(heard.poll(10, TimeUnit.SECONDS)).startsWith("STOPPING=1\n");
    }

    @Test
    void hearsItByAnAbstractNameToo() throws Exception {
        String name = "headcount-test-" + ProcessHandle.current().pid();
        listen('\0' + name);

        new Systemd("@" + name).ready("serving");

        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("READY=1\nSTATUS=serving");
    }

    @Test
    void isSilentWhereNobodyListens() {
        assertThatCode(() -> new Systemd(null).ready("serving")).doesNotThrowAnyException();
        assertThatCode(() -> new Systemd(folder.resolve("gone").toString()).stopping())
                .doesNotThrowAnyException();
    }

    private void listen(String path) throws InterruptedException {
        assumeTrue(Epoll.isAvailable(), "epoll does not load here");
        loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                        heard.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .bind(new DomainSocketAddress(path))
                .sync();
    }
}
