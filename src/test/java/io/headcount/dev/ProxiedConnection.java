package io.headcount.dev;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A connection through a {@link TcpProxy}: a client's socket, the server's, and what is on the way between them. */
final class ProxiedConnection {
    private static final int CHUNK_BYTES = 16_384;
    private static final int CHUNKS_ON_THE_WAY = 256;
    private static final long LOOK_AGAIN_MILLIS = 100;
    private static final int CONNECT_MILLIS = 5_000;

    private final Socket client;
    private final Socket server = new Socket();
    private final Consumer<ProxiedConnection> onEnd;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger openDirections = new AtomicInteger(2);

    /** Bytes and when they are due; no bytes: the end of the stream. */
    private record Chunk(ByteBuffer bytes, long dueNanos) {}

    ProxiedConnection(Socket client, Consumer<ProxiedConnection> onEnd) {
        this.client = client;
        this.onEnd = onEnd;
    }

    void open(InetSocketAddress target, TcpProxy.Link toServer, TcpProxy.Link toClient) {
        try {
            server.connect(target, CONNECT_MILLIS);
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
        } catch (IOException e) {
            // Nobody listens there: the client sees what it would see without the proxy.
            reset();
            return;
        }
        carry(client, server, toServer);
        carry(server, client, toClient);
    }

    /** Both ends see a reset. */
    void reset() {
        if (ended.compareAndSet(false, true)) {
            closeWithReset(client);
            closeWithReset(server);
            onEnd.accept(this);
        }
    }

    private void carry(Socket from, Socket to, TcpProxy.Link link) {
        BlockingQueue<Chunk> onTheWay = new ArrayBlockingQueue<>(CHUNKS_ON_THE_WAY);
        String name = from.getPort() + "-" + to.getPort();
        TcpProxy.daemon("proxy-read-" + name, () -> {
            try {
                read(from, onTheWay, link);
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        TcpProxy.daemon("proxy-write-" + name, () -> {
            try {
                write(to, onTheWay, link);
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void read(Socket from, BlockingQueue<Chunk> onTheWay, TcpProxy.Link link)
            throws IOException, InterruptedException {
        InputStream in = from.getInputStream();
        byte[] buffer = new byte[CHUNK_BYTES];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            put(
                    onTheWay,
                    new Chunk(ByteBuffer.wrap(Arrays.copyOf(buffer, length)), System.nanoTime() + link.delayNanos()));
        }
        put(onTheWay, new Chunk(ByteBuffer.allocate(0), System.nanoTime() + link.delayNanos()));
    }

    /** Does not outlive the connection, even when nobody takes from the queue any more. */
    private void put(BlockingQueue<Chunk> onTheWay, Chunk chunk) throws InterruptedException {
        boolean taken = false;
        while (!taken && !ended.get()) {
            taken = onTheWay.offer(chunk, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void write(Socket to, BlockingQueue<Chunk> onTheWay, TcpProxy.Link link)
            throws IOException, InterruptedException {
        while (!ended.get()) {
            Chunk chunk = onTheWay.poll(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            if (chunk != null && !deliver(to, chunk, link)) {
                return;
            }
        }
    }

    /** False when that was the end of the stream. */
    private boolean deliver(Socket to, Chunk chunk, TcpProxy.Link link) throws IOException, InterruptedException {
        TimeUnit.NANOSECONDS.sleep(chunk.dueNanos() - System.nanoTime());
        link.awaitPassable();
        if (chunk.bytes().hasRemaining()) {
            to.getOutputStream().write(chunk.bytes().array());
            return true;
        }
        to.shutdownOutput();
        if (openDirections.decrementAndGet() == 0) {
            end();
        }
        return false;
    }

    private void end() throws IOException {
        if (ended.compareAndSet(false, true)) {
            client.close();
            server.close();
            onEnd.accept(this);
        }
    }

    private static void closeWithReset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException e) {
            // Never connected, or closed already: nothing to reset.
        }
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
