package io.headcount.auth;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads public keys and certificates in PEM. They have no id: such keys are tried for every token of their algorithm. */
final class Pem {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z ]+)-----([^-]*)-----END \\1-----");
    private static final int P256_BITS = 256;
    /** The certificate's dates are not looked at: it is a way to write a key here, and the operator trusts the key. */
    private static final String CERTIFICATE = "CERTIFICATE";

    private Pem() {}

    /**
     * Reads all blocks.
     *
     * @throws KeyException when one cannot be used, or there is none
     */
    static Set<VerificationKey> parse(String text) throws KeyException {
        Set<VerificationKey> keys = new LinkedHashSet<>();
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            try {
                keys.add(key(blocks.group(1), Base64.getMimeDecoder().decode(blocks.group(2))));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new KeyException("a block " + blocks.group(1) + " cannot be read: " + e.getMessage());
            }
        }
        if (keys.isEmpty()) {
            throw new KeyException("it is neither a JWKS nor PEM with PUBLIC KEY or CERTIFICATE");
        }
        return keys;
    }

    private static VerificationKey key(String kind, byte[] bytes) throws KeyException, GeneralSecurityException {
        PublicKey key = switch (kind) {
            case CERTIFICATE ->
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(bytes))
                        .getPublicKey();
            case "PUBLIC KEY" -> publicKey(bytes);
            default ->
                throw new KeyException("it has a block " + kind + ", where PUBLIC KEY is wanted"
                        + " (openssl pkey -pubout makes it of a private key)");
        };
        if (key instanceof RSAPublicKey rsa) {
            Jwks.requireRsaBits(rsa.getModulus());
            return new VerificationKey(null, Algorithm.RS256, rsa);
        } else if (key instanceof ECPublicKey ec && ec.getParams().getOrder().bitLength() == P256_BITS) {
            return new VerificationKey(null, Algorithm.ES256, ec);
        }
        throw new KeyException("it has a key of another kind than RSA and EC P-256");
    }

    /** The encoding names the kind. */
    private static PublicKey publicKey(byte[] bytes) throws GeneralSecurityException {
        X509EncodedKeySpec encoded = new X509EncodedKeySpec(bytes);
        try {
            return KeyFactory.getInstance("RSA").generatePublic(encoded);
        } catch (GeneralSecurityException e) {
            return KeyFactory.getInstance("EC").generatePublic(encoded);
        }
    }
}
