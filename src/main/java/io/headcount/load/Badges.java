package io.headcount.load;

import io.headcount.auth.TokenSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** How watchers say who they are: by a name, or with a signed token where there is a secret to sign with. */
final class Badges {
    /** Longer than any load. */
    private static final Duration LIFE = Duration.ofDays(1);

    private final CrowdPlan plan;
    private final TokenSigner signer;

    Badges(CrowdPlan plan) {
        this.plan = plan;
        this.signer = plan.secretFile() == null ? null : signer(Path.of(plan.secretFile()));
    }

    /**
     * The signer with a file's secret; line ends after it are not part of it.
     *
     * @throws IllegalArgumentException when that is no secret
     */
    static TokenSigner signer(Path file) {
        try {
            return TokenSigner.hs256(
                    Files.readString(file, StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be read: " + e.getMessage(), e);
        }
    }

    /** The name of a watcher, {@code null} where a token says it. */
    String name(long watcher) {
        return signer == null ? plan.user(watcher) : null;
    }

    /** What signs a token for each attempt of a watcher, {@code null} where its name is enough. */
    Supplier<String> token(long watcher) {
        return signer == null
                ? null
                : () -> signer.token(plan.user(watcher), Instant.now().plus(LIFE));
    }
}
