package io.headcount.gateway;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A TCP connection that says exactly the bytes it is told to, and reads what comes. */
final class RawViewer implements AutoCloseable {
    static final int TEXT = 0x81;
    static final int CLOSE = 0x88;
    static final int PING = 0x89;
    static final int PONG = 0x8A;

    private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

    private final Socket socket;
    private final DataInputStream in;

    private RawViewer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** A frame as read: first byte and payload. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int first, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int closeCode() {
            return payload.length < 2 ? 0 : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
        }
    }

    static RawViewer connect(int port) {
        return connect(port, 0);
    }

    static RawViewer connect(int port, int receiveBufferBytes) {
        try {
            Socket socket = new Socket();
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(15_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new RawViewer(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From another address of this machine than the usual: any of 127.0.0.0/8. */
    static RawViewer connectFrom(String address, int port) {
        try {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(15_000);
            socket.bind(new InetSocketAddress(address, 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new RawViewer(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Over TLS, whose handshake is done before it returns. */
    static RawViewer connectTls(SSLContext tls, int port, int receiveBufferBytes) {
        try {
            Socket plain = new Socket();
            if (receiveBufferBytes > 0) {
                plain.setReceiveBufferSize(receiveBufferBytes);
            }
            plain.setTcpNoDelay(true);
            plain.setSoTimeout(15_000);
            plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, "localhost", port, true);
            socket.startHandshake();
            return new RawViewer(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String request(String path, String... moreLines) {
        return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + (moreLines.length == 0 ? "" : String.join("\r\n", moreLines) + "\r\n") + "\r\n";
    }

    RawViewer handshake(String path) {
        send(request(path).getBytes(StandardCharsets.US_ASCII));
        String head = readHead();
        if (!head.startsWith("HTTP/1.1 101 ")) {
            throw new IllegalStateException(head);
        }
        return this;
    }

    RawViewer send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the server has not closed yet; the bytes may or may not have arrived. */
    boolean tryWrite(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (SocketException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawViewer send(int first, byte[] payload) {
        return send(frame(first, payload));
    }

    RawViewer sendText(String text) {
        return send(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    RawViewer sendClose(int code) {
        return send(CLOSE, new byte[] {(byte) (code >>> 8), (byte) code});
    }

    /** A masked frame in its shortest form. */
    static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        if (payload.length < 126) {
            out.write(0x80 | payload.length);
        } else {
            out.write(0x80 | 126);
            out.write(payload.length >>> 8);
            out.write(payload.length);
        }
        out.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ MASK[i & 3]);
        }
        return out.toByteArray();
    }

    /** The head of an HTTP answer, up to the empty line. */
    String readHead() {
        StringBuilder head = new StringBuilder();
        try {
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
        } catch (EOFException e) {
            return head.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return head.toString();
    }

    /** Everything up to the end of the connection. */
    String readAll() {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next frame; {@code null} at the end of the connection. */
    Frame read() {
        try {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            int length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            }
            return new Frame(first, in.readNBytes(length));
        } catch (SocketException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next text message, answering pings on the way; fails on anything else. */
    String readText() {
        while (true) {
            Frame frame = read();
            if (frame != null && frame.first == PING) {
                send(PONG, frame.payload);
            } else if (frame != null && frame.first == TEXT) {
                return frame.text();
            } else {
                throw new IllegalStateException("no text but " + frame);
            }
        }
    }

    /** Reads up to the server's Close and returns its code; -1 when the connection ends without one. */
    int readCloseCode() {
        for (Frame frame = read(); frame != null; frame = read()) {
            if (frame.first == CLOSE) {
                return frame.closeCode();
            }
        }
        return -1;
    }

    /** Resets the connection instead of closing it. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
