package io.headcount.auth;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import javax.crypto.Mac;

/**
 * The signatures that are accepted (RFC 7518, 3.1). A key is of one algorithm, and the algorithm that a token names only
 * chooses among the keys of that algorithm: a public key is never used as an HMAC secret, and {@code none} has no keys.
 */
enum Algorithm {
    HS256(true),
    RS256(true),
    /** A millisecond on JDK 17: not for an event loop. */
    ES256(false);

    private static final int ES256_BYTES = 64;

    private final boolean quick;

    Algorithm(boolean quick) {
        this.quick = quick;
    }

    /** The algorithm of a token's {@code alg}; {@code null} when it is not accepted. */
    static Algorithm named(String name) {
        return switch (name) {
            case "HS256" -> HS256;
            case "RS256" -> RS256;
            case "ES256" -> ES256;
            default -> null;
        };
    }

    /** Whether a verification takes tens of microseconds at most. */
    boolean quick() {
        return quick;
    }

    /** Whether {@code signature} is one of {@code input} by the owner of {@code key}. */
    boolean verifies(Key key, byte[] input, byte[] signature) {
        try {
            return switch (this) {
                case HS256 -> MessageDigest.isEqual(hmac(key, input), signature);
                case RS256 -> verify("SHA256withRSA", key, input, signature);
                case ES256 -> inRange(signature) && verify("SHA256withECDSAinP1363Format", key, input, signature);
            };
        } catch (SignatureException e) {
            // Bytes that are no signature at all.
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + this + ", and its keys were checked when loaded", e);
        }
    }

    private static byte[] hmac(Key key, byte[] input) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        return mac.doFinal(input);
    }

    private static boolean verify(String name, Key key, byte[] input, byte[] bytes) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(name);
        signature.initVerify((PublicKey) key);
        signature.update(input);
        return signature.verify(bytes);
    }

    /** Neither half is zero: JDKs before 17.0.3 accepted zeros as anybody's signature (CVE-2022-21449). */
    private static boolean inRange(byte[] signature) {
        return signature.length == ES256_BYTES && !zeros(signature, 0) && !zeros(signature, ES256_BYTES / 2);
    }

    private static boolean zeros(byte[] bytes, int from) {
        int all = 0;
        for (int i = from; i < from + ES256_BYTES / 2; i++) {
            all |= bytes[i];
        }
        return all == 0;
    }
}
