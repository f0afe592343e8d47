package io.headcount.client;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** The HTTP part of a connection (RFC 6455, 4.1): the request, and what the answer means. */
final class Handshake {
    /** The longest answer that is read, in bytes. */
    static final int MAX_RESPONSE_BYTES = 8_192;

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final String key;

    Handshake(RandomGenerator random) {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        key = Base64.getEncoder().encodeToString(nonce);
    }

    /** With a key that is known. */
    Handshake(String key) {
        this.key = key;
    }

    /** The request's bytes. */
    byte[] request(ViewerOptions options, InetSocketAddress server) {
        StringBuilder text = new StringBuilder(256)
                .append("GET /v1/streams/")
                .append(options.stream())
                .append("/watch");
        if (options.user() != null) {
            text.append("?user=").append(options.user());
        }
        text.append(" HTTP/1.1\r\nHost: ")
                .append(server.getHostString())
                .append(':')
                .append(server.getPort())
                .append(
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
                .append(key)
                .append("\r\n");
        if (options.token() != null) {
            text.append("Authorization: Bearer ")
                    .append(visible(options.token().get()))
                    .append("\r\n");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String visible(String token) {
        if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("a token is visible ASCII without blanks");
        }
        return token;
    }

    /**
     * Reads the answer, once all of its head is there, and moves the reader index behind it.
     *
     * @return {@code null} while it is incomplete
     * @throws FrameException when it is not an HTTP answer, or too long
     */
    Answer read(ByteBuf bytes) throws FrameException {
        int length = headLength(bytes);
        if (length < 0) {
            if (bytes.readableBytes() > MAX_RESPONSE_BYTES) {
                throw new FrameException(1002, "the handshake's answer is too long");
            }
            return null;
        }
        String[] lines = bytes.readCharSequence(length, StandardCharsets.ISO_8859_1)
                .toString()
                .split("\r\n", -1);
        if (!lines[0].startsWith("HTTP/1.1 ") || lines[0].length() < 12) {
            throw new FrameException(1002, "not an HTTP answer");
        }
        int status = parse(lines[0].substring(9, 12));
        if (status == 101 && !accept().equals(header(lines, "sec-websocket-accept"))) {
            throw new FrameException(1002, "wrong Sec-WebSocket-Accept");
        }
        String retryAfter = header(lines, "retry-after");
        return new Answer(status, retryAfter == null ? -1 : Math.max(0, parse(retryAfter)));
    }

    /** What {@code Sec-WebSocket-Accept} has to say. */
    String accept() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private static int headLength(ByteBuf bytes) {
        for (int i = bytes.readerIndex() + 3; i < bytes.writerIndex(); i++) {
            if (bytes.getByte(i) == '\n'
                    && bytes.getByte(i - 1) == '\r'
                    && bytes.getByte(i - 2) == '\n'
                    && bytes.getByte(i - 3) == '\r') {
                return i + 1 - bytes.readerIndex();
            }
        }
        return -1;
    }

    private static String header(String[] lines, String name) {
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).toLowerCase(Locale.ROOT).equals(name)) {
                return line.substring(colon + 1).strip();
            }
        }
        return null;
    }

    private static int parse(String number) {
        return number.matches("[0-9]{1,8}") ? Integer.parseInt(number) : -1;
    }

    /**
     * What the server answered.
     *
     * @param status HTTP status; 101 is the only good one
     * @param retryAfterSeconds what {@code Retry-After} says, or -1
     */
    record Answer(int status, int retryAfterSeconds) {}
}
