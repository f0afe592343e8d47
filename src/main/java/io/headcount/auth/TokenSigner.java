package io.headcount.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs tokens as the platform would: for simulated viewers of nodes that want to know who is watching. */
public final class TokenSigner {
    /** What a node asks of {@code auth.secret}. */
    public static final int LEAST_SECRET_CHARS = 32;

    private static final String HEADER = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");

    private final Mac mac;

    private TokenSigner(Mac mac) {
        this.mac = mac;
    }

    /**
     * With the secret that the nodes have as {@code auth.secret}.
     *
     * @throws IllegalArgumentException when it is shorter than {@link #LEAST_SECRET_CHARS}
     */
    public static TokenSigner hs256(String secret) {
        if (secret.length() < LEAST_SECRET_CHARS) {
            throw new IllegalArgumentException("a secret has " + LEAST_SECRET_CHARS + " characters or more");
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return new TokenSigner(mac);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    /**
     * A token that was never given before, so good for {@code auth.oneTimeTokens} too. Takes microseconds; one thread at
     * a time.
     *
     * @param user an id
     */
    public String token(String user, Instant expiresAt) {
        String input = HEADER + "."
                + base64("{\"sub\":\"" + user + "\",\"exp\":" + expiresAt.getEpochSecond() + ",\"jti\":\""
                        + UUID.randomUUID() + "\"}");
        return input + "." + base64(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
