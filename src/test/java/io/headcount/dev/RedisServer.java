package io.headcount.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One redis-server process (or a sentinel), its configuration file and data in a folder of its own. */
final class RedisServer {
    private static final String HOST = "127.0.0.1";
    private static final int CALL_TIMEOUT_MILLIS = 2_000;
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(30);

    private final String name;
    private final Path home;
    private final Path logs;
    private final int port;
    private final boolean sentinel;
    private final String orphanSignal;
    private ChildProcess process;

    RedisServer(String name, Path home, Path logs, int port, boolean sentinel, String orphanSignal) {
        this.name = name;
        this.home = home.toAbsolutePath();
        this.logs = logs.toAbsolutePath();
        this.port = port;
        this.sentinel = sentinel;
        this.orphanSignal = orphanSignal;
    }

    /** Writes the configuration anew; {@link #start} then starts with it. */
    RedisServer configure(String configuration) {
        try {
            Files.createDirectories(home);
            Files.writeString(file(), """
                    port %d
                    bind 127.0.0.1
                    protected-mode yes
                    daemonize no
                    set-proc-title no
                    dir "%s"
                    """.formatted(port, home) + configuration);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file() {
        return home.resolve("redis.conf");
    }

    int port() {
        return port;
    }

    String address() {
        return HOST + ":" + port;
    }

    ChildProcess process() {
        return process;
    }

    /** Starts with the configuration as it is: sentinels write theirs, and their masters', themselves. */
    void start() {
        List<String> command =
                new ArrayList<>(List.of(ServerBinaries.redisServer().toString(), file().toString()));
        if (sentinel) {
            command.add("--sentinel");
        }
        process = ChildProcess.start(
                new ChildProcess.Spec(name, command, home, Map.of(), logs.resolve(name + ".log"), orphanSignal));
    }

    /** Waits until it answers, were it with an error. */
    void awaitAnswer() {
        long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (true) {
            if (!process.isAlive()) {
                throw new IllegalStateException(name + " ended with code " + process.exitCode() + "; its log "
                        + process.log() + " ends with: " + String.join(" | ", process.tail(3)));
            }
            try {
                call("PING");
                return;
            } catch (RespClient.RespException e) {
                if (Set.of("NOAUTH", "NOPERM").contains(e.getMessage().split(" ", 2)[0])) {
                    return;
                }
                Pause.millis(20);
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new UncheckedIOException(e);
                }
                Pause.millis(20);
            }
        }
    }

    /** Starts it again at its address after stopping it where it runs. */
    void restart() {
        process.stop(Duration.ofSeconds(5));
        start();
        awaitAnswer();
    }

    /** As {@link RespClient#call}, on a connection of its own. */
    Object call(String... command) throws IOException {
        try (RespClient client = new RespClient(HOST, port, CALL_TIMEOUT_MILLIS)) {
            return client.call(command);
        }
    }
}
