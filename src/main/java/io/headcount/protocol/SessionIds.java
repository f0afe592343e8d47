package io.headcount.protocol;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * Makes session ids: 96 random bits as 16 characters, not guessable (an HTTP viewer's id is all that is needed to end
 * its session) and unique without asking anybody.
 */
public final class SessionIds {
    private static final int BYTES = 12;
    private final SecureRandom random = new SecureRandom();
    private final Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();

    /** A new id. */
    public String next() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return encoder.encodeToString(bytes);
    }
}
