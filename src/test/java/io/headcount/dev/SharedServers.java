package io.headcount.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * One Redis Cluster and one MySQL for all integration tests of a JVM, started when first asked for and stopped at its
 * end. A test takes a database ({@link EmbeddedMySql#createDatabase}) or stream ids of its own; one that kills or
 * pauses a server starts its own.
 */
public final class SharedServers {
    private static final Path FOLDER = folder();

    private SharedServers() {}

    /** The cluster. */
    public static EmbeddedRedisCluster redis() {
        return RedisHolder.CLUSTER;
    }

    /** The database server. */
    public static EmbeddedMySql mysql() {
        return MySqlHolder.SERVER;
    }

    /** A new folder for a test's own servers, below the one of this JVM; deleted at its end. */
    public static Path newFolder(String name) {
        try {
            return Files.createTempDirectory(FOLDER, name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class RedisHolder {
        static final EmbeddedRedisCluster CLUSTER =
                closedAtEnd(EmbeddedRedisCluster.start(EmbeddedRedisCluster.Options.forTests(FOLDER.resolve("redis"))));
    }

    private static final class MySqlHolder {
        static final EmbeddedMySql SERVER =
                closedAtEnd(EmbeddedMySql.start(EmbeddedMySql.Options.forTests(FOLDER.resolve("mysql"))));
    }

    private static <T extends AutoCloseable> T closedAtEnd(T server) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.close();
            } catch (Exception e) {
                // Nobody is left who could act; the kernel kills the servers with this JVM anyway.
                System.err.println("a test server did not stop: " + e);
            }
        }));
        return server;
    }

    private static Path folder() {
        Path all = Path.of("target", "servers").toAbsolutePath();
        try {
            Files.createDirectories(all);
            // Another JVM may begin at the same time, and sweep too.
            try (FileChannel channel = FileChannel.open(
                            all.resolve("sweep.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid()) {
                    sweep(all);
                }
            }
            return Files.createDirectories(
                    all.resolve(Long.toString(ProcessHandle.current().pid())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Folders of JVMs that are gone; logs of the last run are thus kept until the next. */
    private static void sweep(Path all) throws IOException {
        List<Path> folders;
        try (Stream<Path> children = Files.list(all)) {
            folders = children.filter(child -> child.getFileName().toString().matches("[0-9]+"))
                    .toList();
        }
        for (Path folder : folders) {
            long pid = Long.parseLong(folder.getFileName().toString());
            if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
                Leftovers.kill(folder);
                ServerBinaries.delete(folder);
            }
        }
    }
}
