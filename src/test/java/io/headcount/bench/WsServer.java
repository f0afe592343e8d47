package io.headcount.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Node's ws, installed below target, pushing the same message as the bare loop. */
final class WsServer {
    private static final String VERSION = "8.18.3";
    private static final Path FOLDER = Path.of("target", "bench", "ws").toAbsolutePath();

    private WsServer() {}

    /** The server, which has yet to say its port; empty, with a note in the report, where it cannot be had. */
    static Optional<Helper> start(BenchRun run) throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        try (InputStream script = WsServer.class.getResourceAsStream("ws-server.js")) {
            Files.write(FOLDER.resolve("server.js"), script.readAllBytes());
        }
        try {
            if (!Files.isDirectory(FOLDER.resolve("node_modules/ws"))) {
                Process install = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "ws@" + VERSION)
                        .directory(FOLDER.toFile())
                        .redirectErrorStream(true)
                        .start();
                String said = new String(install.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (install.waitFor() != 0) {
                    run.note("Node ws not run: npm install failed: "
                            + said.strip().replace('\n', ' '));
                    return Optional.empty();
                }
            }
            return Optional.of(Helper.start(List.of("node", "server.js"), FOLDER));
        } catch (IOException e) {
            run.note("Node ws not run: " + e.getMessage());
            return Optional.empty();
        }
    }
}
