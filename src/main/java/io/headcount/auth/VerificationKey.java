package io.headcount.auth;

import java.security.Key;

/**
 * A key that tokens are verified with.
 *
 * @param id the {@code kid} that tokens name it by; {@code null} when it has none
 */
record VerificationKey(String id, Algorithm algorithm, Key key) {
    boolean verifies(UnverifiedToken token) {
        return algorithm.verifies(key, token.input(), token.signature());
    }
}
