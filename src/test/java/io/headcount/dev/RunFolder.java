package io.headcount.dev;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;
import java.util.stream.Collectors;

/** {@code .run/}: what {@code scripts/run} keeps between two starts, and what it tells other tools. */
final class RunFolder {
    private static final int SECRET_BYTES = 16;

    private final Path folder;

    RunFolder(Path project) {
        this.folder = project.resolve(".run");
    }

    Path path() {
        return folder;
    }

    Path redis() {
        return folder.resolve("redis");
    }

    Path mysql() {
        return folder.resolve("mysql");
    }

    Path logs() {
        return folder.resolve("logs");
    }

    boolean hasData() {
        return Files.exists(mysql().resolve("data"));
    }

    /** Deletes what was counted and recorded; caches, libraries, logs and secrets stay. */
    void deleteData() throws IOException {
        ServerBinaries.delete(redis());
        ServerBinaries.delete(mysql());
    }

    /** A random secret, made when first asked for and the same ever after. */
    String secret(String name) throws IOException {
        Path file = folder.resolve("secrets.properties");
        Properties secrets = new Properties();
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                secrets.load(in);
            }
        }
        if (secrets.getProperty(name) == null) {
            byte[] random = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(random);
            secrets.setProperty(name, HexFormat.of().formatHex(random));
            Path draft = privateFile(file.resolveSibling("secrets.draft"));
            try (OutputStream out = Files.newOutputStream(draft)) {
                secrets.store(out, null);
            }
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        return secrets.getProperty(name);
    }

    /** {@code headcount.json}: for scripts/load, scripts/chaos and the curious. */
    void describe(LocalNodes nodes, EmbeddedRedis redis, EmbeddedMySql mysql, String adminToken) throws IOException {
        String json = """
                {
                  "nodes": [
                %s
                  ],
                  "redis": [%s],
                  "redisMode": "%s",
                  "mysql": {"host": "%s", "port": %d, "database": "%s", "user": "%s", "password": "%s"},
                  "adminToken": "%s"
                }
                """.formatted(
                nodes.all().stream().map(RunFolder::describe).collect(Collectors.joining(",\n")),
                redis.endpoints().stream().map(endpoint -> '"' + endpoint + '"').collect(Collectors.joining(", ")),
                redis.environment().get("HEADCOUNT_REDIS_MODE"),
                mysql.host(),
                mysql.port(),
                mysql.database(),
                mysql.user(),
                mysql.password(),
                adminToken);
        Path draft = privateFile(folder.resolve("headcount.draft"));
        Files.writeString(draft, json);
        Files.move(draft, description(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String describe(NodeProcess node) {
        return "    {\"public\": \"%s\", \"management\": \"%s\", \"pid\": %d}"
                .formatted(node.publicUrl(), node.managementUrl(), node.pid());
    }

    /** Nothing runs (any more). */
    void forgetDescription() throws IOException {
        Files.deleteIfExists(description());
    }

    private Path description() {
        return folder.resolve("headcount.json");
    }

    /** Readable by its owner only: there are passwords in it. */
    private static Path privateFile(Path file) throws IOException {
        Files.deleteIfExists(file);
        return Files.createFile(
                file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
}
