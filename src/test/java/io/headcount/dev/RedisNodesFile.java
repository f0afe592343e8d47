package io.headcount.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The file in which a Redis Cluster server remembers the others. Redis corrects its own address at start but not its
 * peers', so a cluster whose ports all changed would not find itself again; while it is stopped its files can be told
 * the new addresses. A line reads {@code ID IP:PORT@BUSPORT[,HOSTNAME…] FLAGS …}.
 */
final class RedisNodesFile {
    static final String NAME = "nodes.conf";

    private RedisNodesFile() {}

    /** Rewrites the files of a stopped cluster, one folder a server, to new ports in the same order. */
    static void moveTo(List<Path> homes, List<Integer> ports, List<Integer> busPorts) throws IOException {
        Map<String, String> addresses = new HashMap<>();
        for (int i = 0; i < homes.size(); i++) {
            String address = "127.0.0.1:" + ports.get(i) + "@" + busPorts.get(i);
            addresses.put(ownId(homes.get(i).resolve(NAME)), address);
        }
        for (Path home : homes) {
            Path file = home.resolve(NAME);
            String moved = Files.readString(file)
                    .lines()
                    .map(line -> move(line, addresses))
                    .collect(Collectors.joining("\n", "", "\n"));
            Path draft = home.resolve(NAME + ".draft");
            Files.writeString(draft, moved);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String ownId(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(file + " is missing");
        }
        return Files.readString(file)
                .lines()
                .filter(line -> line.contains("myself"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .findFirst()
                .orElseThrow(() -> new IOException(file + " is damaged"));
    }

    private static String move(String line, Map<String, String> addresses) {
        String[] fields = line.split(" ", 3);
        String address = fields.length == 3 ? addresses.get(fields[0]) : null;
        if (address == null) {
            return line;
        }
        int names = fields[1].indexOf(',');
        return fields[0] + " " + address + (names < 0 ? "" : fields[1].substring(names)) + " " + fields[2];
    }
}
