package io.headcount.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy on loopback that behaves like a network that fails.
 *
 * <p>A cut is what a partition is to TCP: no byte passes and no connection ends, new connections hang, and what was sent
 * meanwhile arrives after {@link #heal()}, as retransmission would bring it. {@link #reset()} is the other kind of
 * failure: every connection is torn down at once. Two threads a connection: meant for tens of them.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int BACKLOG = 128;

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final Link toServer = new Link();
    private final Link toClient = new Link();
    private volatile boolean closed;
    private volatile boolean refusing;

    /** A way through the proxy. */
    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    private TcpProxy(InetSocketAddress target, ServerSocket listener) {
        this.target = target;
        this.listener = listener;
    }

    /** Starts a proxy on a free port of 127.0.0.1. */
    public static TcpProxy to(String host, int port) {
        return listen("127.0.0.1", Ports.pick(), host, port);
    }

    /** The same, at a given address. */
    public static TcpProxy listen(String listenHost, int listenPort, String host, int port) {
        try {
            ServerSocket listener = new ServerSocket(listenPort, BACKLOG, InetAddress.getByName(listenHost));
            TcpProxy proxy = new TcpProxy(new InetSocketAddress(host, port), listener);
            daemon("proxy-accept-" + listenPort, proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("proxy at " + listenHost + ":" + listenPort, e);
        }
    }

    /** Where to connect instead of to the server. */
    public String host() {
        return listener.getInetAddress().getHostAddress();
    }

    /** Where to connect instead of to the server. */
    public int port() {
        return listener.getLocalPort();
    }

    /** {@code host:port}. */
    public String endpoint() {
        return host() + ":" + port();
    }

    /** Open connections. */
    public int connections() {
        return connections.size();
    }

    /** Nothing passes in either direction. */
    public void cut() {
        toServer.cut(true);
        toClient.cut(true);
    }

    /** Nothing passes in one direction. */
    public void cut(Direction direction) {
        link(direction).cut(true);
    }

    /** Tears down every connection (RST) and every new one until healed. */
    public void refuse() {
        refusing = true;
        reset();
    }

    /** Tears down every connection there is (RST); new ones are served. */
    public void reset() {
        connections.forEach(ProxiedConnection::reset);
    }

    /** Undoes cuts, refusal and delay. */
    public void heal() {
        refusing = false;
        delay(Duration.ZERO);
        toServer.cut(false);
        toClient.cut(false);
    }

    /** What is sent from now on arrives so much later, in each direction. */
    public void delay(Duration delay) {
        toServer.delay(delay);
        toClient.delay(delay);
    }

    /** Stops listening and tears down every connection. */
    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            reset();
            heal();
        }
    }

    private Link link(Direction direction) {
        return direction == Direction.TO_SERVER ? toServer : toClient;
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listener.accept();
                daemon("proxy-connect-" + port(), () -> serve(client));
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket client) {
        ProxiedConnection connection = new ProxiedConnection(client, connections::remove);
        connections.add(connection);
        if (refusing || closed) {
            connection.reset();
            return;
        }
        // A connection needs both ways: a cut of either keeps it from being made.
        toServer.awaitPassable();
        toClient.awaitPassable();
        connection.open(target, toServer, toClient);
    }

    static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** One direction of all connections. */
    static final class Link {
        private boolean cut;
        private volatile long delayNanos;

        synchronized void cut(boolean cut) {
            this.cut = cut;
            notifyAll();
        }

        void delay(Duration delay) {
            delayNanos = delay.toNanos();
        }

        long delayNanos() {
            return delayNanos;
        }

        synchronized void awaitPassable() {
            while (cut) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
