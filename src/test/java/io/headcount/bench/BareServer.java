package io.headcount.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The floor of a fan-out: a loop that writes the same bytes to all sockets, and nothing else. It speaks as much of the
 * protocol as a viewer needs to listen. Prints its port; {@code push N MILLIS} writes N counts in that interval.
 */
final class BareServer {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private final List<SocketChannel> accepted = new CopyOnWriteArrayList<>();
    private final List<SocketChannel> batch = new ArrayList<>();
    private long viewers = 1_000;

    private BareServer() {}

    public static void main(String[] arguments) throws Exception {
        BareServer server = new BareServer();
        ServerSocketChannel listening = ServerSocketChannel.open();
        listening.setOption(StandardSocketOptions.SO_RCVBUF, 8_192);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4_096);
        Thread acceptor = new Thread(() -> server.accept(listening), "accept");
        acceptor.setDaemon(true);
        acceptor.start();
        System.out.println("port=" + ((InetSocketAddress) listening.getLocalAddress()).getPort());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ", -1);
            server.push(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            System.out.println("pushed=1");
        }
    }

    private void push(int counts, int everyMillis) throws IOException, InterruptedException {
        batch.clear();
        batch.addAll(accepted);
        for (int i = 0; i < counts; i++) {
            long began = System.nanoTime();
            ByteBuffer frame = frame("{\"type\":\"count\",\"stream\":\"bench-0\",\"viewers\":" + ++viewers
                    + ",\"asOf\":1764000000000,\"mode\":\"exact\"}");
            for (SocketChannel socket : batch) {
                socket.write(frame);
                frame.rewind();
            }
            Thread.sleep(Math.max(0, everyMillis - (System.nanoTime() - began) / 1_000_000));
        }
    }

    private void accept(ServerSocketChannel listening) {
        try {
            while (true) {
                SocketChannel socket = listening.accept();
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                socket.setOption(StandardSocketOptions.SO_SNDBUF, 8_192);
                socket.write(ByteBuffer.wrap(answer(socket)));
                socket.write(frame("{\"type\":\"welcome\",\"session\":\"s\",\"stream\":\"bench-0\",\"viewers\":1,"
                        + "\"asOf\":1764000000000,\"mode\":\"exact\"}"));
                socket.configureBlocking(false);
                accepted.add(socket);
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] answer(SocketChannel socket) throws IOException, GeneralSecurityException {
        ByteBuffer bytes = ByteBuffer.allocate(4_096);
        String head = "";
        while (!head.endsWith("\r\n\r\n") && socket.read(bytes) >= 0) {
            head = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
        }
        String key = head.lines()
                .filter(line -> line.regionMatches(true, 0, "Sec-WebSocket-Key:", 0, 18))
                .map(line -> line.substring(18).strip())
                .findFirst()
                .orElse("");
        byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
        return ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(hash) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static ByteBuffer frame(String text) {
        byte[] payload = text.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer frame = ByteBuffer.allocateDirect(2 + payload.length);
        frame.put((byte) 0x81).put((byte) payload.length).put(payload).flip();
        return frame;
    }
}
