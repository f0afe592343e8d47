package io.headcount.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;

/** Reads a JSON Web Key Set (RFC 7517). Keys that are not for the accepted signatures are passed over. */
final class Jwks {
    static final int LEAST_RSA_BITS = 2_048;
    static final int LEAST_SECRET_BYTES = 32;
    private static final int MOST_KEYS = 100;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Jwks() {}

    /**
     * Reads a set.
     *
     * @param withSecrets whether to take symmetric keys: not from a URL, where everybody can read them
     * @throws KeyException when it is no set, or no key in it can be used
     */
    static Set<VerificationKey> parse(byte[] json, boolean withSecrets) throws KeyException {
        JsonNode keys = keys(json);
        if (!keys.isArray() || keys.size() > MOST_KEYS) {
            throw new KeyException("it is no JWKS: an object with \"keys\", an array of at most " + MOST_KEYS);
        }
        Set<VerificationKey> found = new LinkedHashSet<>();
        List<String> passedOver = new ArrayList<>();
        for (JsonNode key : keys) {
            try {
                found.add(key(key, withSecrets));
            } catch (KeyException e) {
                passedOver.add(e.getMessage());
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                passedOver.add("not a key: " + e.getMessage());
            }
        }
        if (found.isEmpty()) {
            throw new KeyException("no key in it can be used" + (passedOver.isEmpty() ? "" : " " + passedOver));
        }
        return found;
    }

    private static JsonNode keys(byte[] json) throws KeyException {
        try {
            return MAPPER.readTree(json).path("keys");
        } catch (IOException e) {
            throw new KeyException("it is not JSON");
        }
    }

    private static VerificationKey key(JsonNode json, boolean withSecrets)
            throws KeyException, GeneralSecurityException {
        if (!json.path("use").asText("sig").equals("sig")) {
            throw new KeyException("a key not for signatures (use)");
        }
        Algorithm algorithm = algorithm(json, withSecrets);
        String named = json.path("alg").asText(algorithm.name());
        if (!named.equals(algorithm.name())) {
            throw new KeyException("a key for another algorithm than " + algorithm);
        }
        Key key = switch (algorithm) {
            case HS256 -> secret(bytes(json, "k"));
            case RS256 -> rsa(json);
            case ES256 -> ec(json);
        };
        return new VerificationKey(json.path("kid").textValue(), algorithm, key);
    }

    private static Algorithm algorithm(JsonNode json, boolean withSecrets) throws KeyException {
        String type = json.path("kty").asText();
        if (type.equals("RSA")) {
            return Algorithm.RS256;
        } else if (type.equals("EC") && json.path("crv").asText().equals("P-256")) {
            return Algorithm.ES256;
        } else if (type.equals("oct") && withSecrets) {
            return Algorithm.HS256;
        }
        throw new KeyException("a key of another kind than RSA, EC P-256" + (withSecrets ? ", oct" : ""));
    }

    /** An HMAC key; RFC 7518, 3.2 wants as many bits as the hash has. */
    static Key secret(byte[] bytes) throws KeyException {
        if (bytes.length < LEAST_SECRET_BYTES) {
            throw new KeyException("a secret shorter than " + LEAST_SECRET_BYTES + " bytes");
        }
        return new SecretKeySpec(bytes, "HmacSHA256");
    }

    private static Key rsa(JsonNode json) throws KeyException, GeneralSecurityException {
        BigInteger modulus = number(json, "n");
        requireRsaBits(modulus);
        return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, number(json, "e")));
    }

    /** RFC 7518, 3.3. */
    static void requireRsaBits(BigInteger modulus) throws KeyException {
        if (modulus.bitLength() < LEAST_RSA_BITS) {
            throw new KeyException("an RSA key shorter than " + LEAST_RSA_BITS + " bits");
        }
    }

    private static Key ec(JsonNode json) throws KeyException, GeneralSecurityException {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        ECPoint point = new ECPoint(number(json, "x"), number(json, "y"));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
    }

    private static BigInteger number(JsonNode json, String field) throws KeyException {
        return new BigInteger(1, bytes(json, field));
    }

    private static byte[] bytes(JsonNode json, String field) throws KeyException {
        String text = json.path(field).textValue();
        if (text == null) {
            throw new KeyException("a key without " + field);
        }
        return Base64.getUrlDecoder().decode(text);
    }
}
