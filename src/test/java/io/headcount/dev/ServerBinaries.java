package io.headcount.dev;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The servers' programs, unpacked once from the jars on the test classpath into a cache that runs, tests and parallel
 * JVMs share: {@code .run/cache}, or the system property {@code headcount.dev.cache}.
 */
public final class ServerBinaries {
    private static final String REDIS = "redis-server-7.0.9-linux-";
    private static final String MYSQL = "mysql-Linux-amd64.tar.gz";

    private ServerBinaries() {}

    static Path cache() {
        String configured = System.getProperty("headcount.dev.cache");
        return (configured == null ? Path.of(".run", "cache") : Path.of(configured)).toAbsolutePath();
    }

    /** The redis-server program; it is statically linked. */
    public static Path redisServer() {
        String program = REDIS + (isArm() ? "arm64" : "amd64");
        return once(program, target -> {
            try (InputStream in = resource(program)) {
                Files.copy(in, target);
            }
            if (!target.toFile().setExecutable(true)) {
                throw new IOException(target + " cannot be made executable");
            }
        });
    }

    /** MySQL's base folder ({@code bin/mysqld}, {@code share/}). */
    static Path mysqlHome() {
        if (isArm()) {
            throw new IllegalStateException("The embedded MySQL 8.0.31 exists for x86-64 Linux only.");
        }
        return once("mysql-8.0.31", target -> {
            Files.createDirectories(target);
            Path archive = target.resolveSibling(target.getFileName() + ".tar.gz");
            try (InputStream in = resource(MYSQL)) {
                Files.copy(in, archive, StandardCopyOption.REPLACE_EXISTING);
            }
            execute(List.of("tar", "-xzf", archive.toString(), "-C", target.toString()));
            Files.delete(archive);
        });
    }

    /** Makes a file or a folder of the cache; when it is there it is complete, however the maker ended. */
    static Path once(String name, Maker maker) {
        Path made = cache().resolve(name);
        if (Files.exists(made)) {
            return made;
        }
        try {
            Files.createDirectories(cache());
            Path lockFile = cache().resolve("cache.lock");
            synchronized (ServerBinaries.class) {
                try (FileChannel channel =
                                FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock lock = channel.lock()) {
                    if (lock.isValid() && !Files.exists(made)) {
                        Path draft = cache().resolve(name + ".draft");
                        delete(draft);
                        maker.make(draft);
                        Files.move(draft, made, StandardCopyOption.ATOMIC_MOVE);
                    }
                }
            }
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare " + made + ": " + e.getMessage(), e);
        }
    }

    /** Fills a path that does not exist yet. */
    @FunctionalInterface
    interface Maker {
        void make(Path target) throws IOException;
    }

    /** Runs a command to its end; what it says is in the exception when it fails. */
    static void execute(List<String> command) throws IOException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Deletes a file, or a folder with all that is in it; fine when there is nothing. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }

    private static boolean isArm() {
        if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
            throw new IllegalStateException("The embedded servers run on Linux only.");
        }
        return System.getProperty("os.arch").equals("aarch64");
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = ServerBinaries.class.getResourceAsStream("/" + name);
        if (in == null) {
            throw new IOException(name + " is not on the classpath; it comes with Maven's test dependencies");
        }
        return in;
    }
}
