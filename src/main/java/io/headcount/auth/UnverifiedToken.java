package io.headcount.auth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A token in its compact form (RFC 7515, 7.1), taken apart. Nothing in it is to be believed yet: its claims are not even
 * parsed before its signature is verified.
 *
 * @param algorithm that its header names
 * @param keyId its {@code kid}, {@code null} for none
 * @param input what is signed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record UnverifiedToken(Algorithm algorithm, String keyId, byte[] input, byte[] signature, byte[] payload) {
    private static final int MOST_NESTING = 16;

    /** Strict: a member that comes twice would be read one way here and another way elsewhere. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MOST_NESTING)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Takes a token apart.
     *
     * @throws Denial when it is none, or of an algorithm that is not accepted
     */
    static UnverifiedToken parse(String token) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first < 1 || second < first + 2 || token.indexOf('.', second + 1) >= 0 || token.indexOf('=') >= 0) {
            throw Rejection.MALFORMED.denial();
        }
        JsonNode header = json(decode(token.substring(0, first)));
        // What "crit" lists must be understood (RFC 7515, 4.1.11), and nothing that could stand there is.
        if (header.has("crit") || !header.path("alg").isTextual()) {
            throw Rejection.MALFORMED.denial();
        }
        Algorithm algorithm = Algorithm.named(header.path("alg").textValue());
        if (algorithm == null) {
            throw Rejection.ALGORITHM.denial();
        }
        return new UnverifiedToken(
                algorithm,
                header.path("kid").textValue(),
                token.substring(0, second).getBytes(StandardCharsets.ISO_8859_1),
                decode(token.substring(second + 1)),
                decode(token.substring(first + 1, second)));
    }

    /**
     * The claims of a token whose signature was verified.
     *
     * @throws Denial when they are no JSON object
     */
    JsonNode claims() {
        return json(payload);
    }

    private static byte[] decode(String part) {
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            throw Rejection.MALFORMED.denial();
        }
    }

    private static JsonNode json(byte[] bytes) {
        try {
            JsonNode json = MAPPER.readTree(bytes);
            if (json.isObject()) {
                return json;
            }
        } catch (IOException e) {
            // Refused below, like JSON of another kind.
        }
        throw Rejection.MALFORMED.denial();
    }
}
