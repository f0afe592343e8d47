package io.headcount.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Free ports on loopback.
 *
 * <p>A port that is free now may be taken before the server that is meant to have it binds it; so a port that was given
 * out is claimed until this JVM ends: by a lock on the byte at the port's number in a file that all JVMs of the user
 * share. The kernel drops such locks when a process ends, however it ends. The range lies below Linux' ephemeral ports
 * (32768 and up), which any outgoing connection may occupy.
 */
public final class Ports {
    private static final int FIRST = 10_000;
    private static final int LAST = 31_999;
    private static final int ATTEMPTS = 1_000;
    private static final FileChannel CLAIMS = openClaims();

    private Ports() {}

    /** A free port, claimed until this JVM ends. */
    public static int pick() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            if (claim(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + FIRST + " and " + LAST);
    }

    /** Several different free ports, claimed until this JVM ends. */
    public static List<Integer> pick(int count) {
        return IntStream.range(0, count).mapToObj(i -> pick()).toList();
    }

    /** Claims a port until this JVM ends; false when it is in use or claimed already. */
    public static boolean claim(int port) {
        try {
            return isFree(port) && CLAIMS.tryLock(port, 1, false) != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether nobody listens on a port of 127.0.0.1 right now. */
    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static FileChannel openClaims() {
        String user = System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9_-]", "-");
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "headcount-ports-" + user + ".lock");
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
