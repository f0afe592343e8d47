package io.headcount.auth;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** {@code auth.keysFile}: a JWKS, or PEM. */
final class FileKeys implements KeySource {
    private static final long MOST_BYTES = 1_048_576;

    private final Vertx vertx;
    private final Path file;

    FileKeys(Vertx vertx, Path file) {
        this.vertx = vertx;
        this.file = file;
    }

    @Override
    public String name() {
        return "auth.keysFile = " + file;
    }

    @Override
    public boolean mayComeLater() {
        return false;
    }

    @Override
    public Future<Set<VerificationKey>> load() {
        return vertx.executeBlocking(this::read, false);
    }

    private Set<VerificationKey> read() throws KeyException {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new KeyException("it is longer than " + MOST_BYTES + " bytes");
            }
            byte[] bytes = Files.readAllBytes(file);
            String text = new String(bytes, StandardCharsets.UTF_8);
            return text.stripLeading().startsWith("{") ? Jwks.parse(bytes, true) : Pem.parse(text);
        } catch (IOException e) {
            throw new KeyException("it cannot be read: " + e);
        }
    }
}
