package io.headcount.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Which process holds the socket of a local port: from {@code /proc}, so Linux only. Costs some milliseconds. */
final class SocketOwner {
    private SocketOwner() {}

    /** Whether this can be known here. */
    static boolean available() {
        return Files.isReadable(Path.of("/proc/net/tcp"));
    }

    /** Who of these has a socket with that port of 127.0.0.1 at its own end; {@code null} when nobody has. */
    static String of(int port, Map<String, Long> pids) {
        try {
            String inode = inode(port);
            if (inode != null) {
                for (Map.Entry<String, Long> process : pids.entrySet()) {
                    if (holds(process.getValue(), "socket:[" + inode + "]")) {
                        return process.getKey();
                    }
                }
            }
            return null;
        } catch (IOException e) {
            // It ended meanwhile.
            return null;
        }
    }

    private static String inode(int port) throws IOException {
        // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …
        String local = String.format(Locale.ROOT, "0100007F:%04X", port);
        for (String file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (!Files.exists(Path.of(file))) {
                continue;
            }
            for (String line :
                    new String(Files.readAllBytes(Path.of(file)), StandardCharsets.US_ASCII).split("\n", -1)) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > 9 && fields[1].endsWith(local)) {
                    return fields[9];
                }
            }
        }
        return null;
    }

    private static boolean holds(long pid, String socket) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return descriptors.anyMatch(descriptor -> {
                try {
                    return Files.readSymbolicLink(descriptor).toString().equals(socket);
                } catch (IOException e) {
                    // Closed between the listing and the look.
                    return false;
                }
            });
        }
    }
}
