package io.headcount.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Somebody who signs tokens, with the JDK alone: what is under test has no part in it. */
public final class Signer {
    /** A secret that is long enough. */
    public static final String SECRET = "a secret of at least thirty-two bytes";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String algorithm;
    private final String kid;
    private final Key signing;
    private final PublicKey published;

    private Signer(String algorithm, String kid, Key signing, PublicKey published) {
        this.algorithm = algorithm;
        this.kid = kid;
        this.signing = signing;
        this.published = published;
    }

    /** With a shared secret. */
    public static Signer hs256(String secret) {
        return new Signer("HS256", null, secret(secret.getBytes(StandardCharsets.UTF_8)), null);
    }

    /** With {@link #SECRET}. */
    public static Signer hs256() {
        return hs256(SECRET);
    }

    /** With a new key of 2,048 bits. */
    public static Signer rs256(String kid) {
        return rs256(kid, 2_048);
    }

    static Signer rs256(String kid, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            KeyPair pair = generator.generateKeyPair();
            return new Signer("RS256", kid, pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With a new key on P-256. */
    public static Signer es256(String kid) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            return new Signer("ES256", kid, pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One who signs with another's public key as an HMAC secret. */
    static Signer confused(Signer victim) {
        return new Signer("HS256", victim.kid, secret(victim.published.getEncoded()), null);
    }

    /** One who signs with another's public key, as it stands in a PEM file, as an HMAC secret. */
    static Signer confusedByPem(Signer victim) {
        return new Signer("HS256", victim.kid, secret(victim.pem().getBytes(StandardCharsets.US_ASCII)), null);
    }

    private static Key secret(byte[] bytes) {
        return new SecretKeySpec(bytes, "HmacSHA256");
    }

    /** A token with claims given as name, value, name, value. */
    public String token(Object... claims) {
        return token(Map.of(), claims);
    }

    /** The same with more, or other, members in the header; a value of "-" leaves one out. */
    String token(Map<String, ?> header, Object... claims) {
        Map<String, Object> head = new LinkedHashMap<>(Map.of("typ", "JWT", "alg", algorithm));
        if (kid != null) {
            head.put("kid", kid);
        }
        head.putAll(header);
        head.values().removeIf("-"::equals);
        Map<String, Object> body = new HashMap<>();
        for (int i = 0; i < claims.length; i += 2) {
            body.put(claims[i].toString(), claims[i + 1]);
        }
        return raw(json(head), json(body));
    }

    /** A token of texts that need not be JSON. */
    String raw(String header, String payload) {
        String input = base64(header.getBytes(StandardCharsets.UTF_8)) + "."
                + base64(payload.getBytes(StandardCharsets.UTF_8));
        return input + "." + base64(sign(input.getBytes(StandardCharsets.US_ASCII)));
    }

    private byte[] sign(byte[] input) {
        try {
            if (algorithm.equals("HS256")) {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(signing);
                return mac.doFinal(input);
            }
            Signature signature =
                    Signature.getInstance(algorithm.equals("RS256") ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
            signature.initSign((PrivateKey) signing);
            signature.update(input);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The public key as a member of a JWKS. */
    Map<String, Object> jwk() {
        Map<String, Object> jwk = new LinkedHashMap<>(Map.of("use", "sig", "alg", algorithm));
        if (kid != null) {
            jwk.put("kid", kid);
        }
        if (published instanceof RSAPublicKey rsa) {
            jwk.putAll(Map.of("kty", "RSA", "n", number(rsa.getModulus()), "e", number(rsa.getPublicExponent())));
        } else if (published instanceof ECPublicKey ec) {
            jwk.putAll(Map.of(
                    "kty",
                    "EC",
                    "crv",
                    "P-256",
                    "x",
                    number(ec.getW().getAffineX()),
                    "y",
                    number(ec.getW().getAffineY())));
        } else {
            jwk.putAll(Map.of("kty", "oct", "k", base64(signing.getEncoded())));
        }
        return jwk;
    }

    /** The public keys of signers as a JWKS. */
    public static String jwks(Signer... signers) {
        return json(Map.of("keys", Arrays.stream(signers).map(Signer::jwk).toList()));
    }

    String pem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(published.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String number(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return base64(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }

    private static String json(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
