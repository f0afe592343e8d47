package io.headcount.auth;

import com.fasterxml.jackson.databind.JsonNode;
import io.headcount.config.AuthConfig;
import io.headcount.model.Ids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * What a token says of whom (RFC 7519, 4.1).
 *
 * @param user its {@code sub}
 * @param expiresAtMillis its {@code exp}, since the epoch; 0 for never
 * @param stream the only stream it is good for; {@code null} for all
 * @param id its {@code jti} as an id by {@link Ids#RULE}; {@code null} where tokens are not for one use
 */
record Claims(String user, long expiresAtMillis, String stream, String id) {
    /** The end of the year 9999: an {@code exp} beyond it would overflow on the way. */
    private static final double LAST_SECOND = 253_402_300_799d;

    /**
     * Reads the claims of a verified token and judges all but the clock's: those of a token that is remembered are looked
     * at again and again.
     *
     * @throws Denial when the token does not do here
     */
    static Claims read(JsonNode json, AuthConfig.Tokens rules) {
        String issuer = json.path("iss").textValue();
        if (!rules.issuer().isEmpty() && !rules.issuer().equals(issuer)) {
            throw Rejection.ISSUER.denial();
        }
        if (!rules.audience().isEmpty() && !names(json.path("aud"), rules.audience())) {
            throw Rejection.AUDIENCE.denial();
        }
        String user = json.path("sub").textValue();
        if (!Ids.valid(user) || user.startsWith(DeviceCookies.USER_PREFIX)) {
            throw Rejection.SUBJECT.denial();
        }
        JsonNode stream = json.path("stream");
        if (!stream.isMissingNode() && !Ids.valid(stream.textValue())) {
            throw Rejection.MALFORMED.denial();
        }
        String id = json.path("jti").textValue();
        if (rules.oneTime() && (id == null || !json.has("exp"))) {
            throw Rejection.NOT_ONCE.denial();
        }
        return new Claims(
                user,
                json.has("exp") ? Math.max(1, millis(json.path("exp"))) : 0,
                stream.textValue(),
                rules.oneTime() ? hash(issuer + "\n" + id) : null);
    }

    /**
     * Judges the beginning of a token's time.
     *
     * @throws Denial when it has not come
     */
    static void requireBegun(JsonNode json, long nowMillis, AuthConfig.Tokens rules) {
        if (json.has("nbf") && millis(json.path("nbf")) > nowMillis + rules.leewayMillis()) {
            throw Rejection.EARLY.denial();
        }
    }

    /**
     * Judges the end of its time.
     *
     * @throws Denial when it is over
     */
    void requireNotExpired(long nowMillis, AuthConfig.Tokens rules) {
        if (expiresAtMillis != 0 && nowMillis >= expiresAtMillis + rules.leewayMillis()) {
            throw Rejection.EXPIRED.denial();
        }
    }

    private static long millis(JsonNode seconds) {
        if (!seconds.isNumber()) {
            throw Rejection.MALFORMED.denial();
        }
        return (long) (Math.max(0, Math.min(LAST_SECOND, seconds.doubleValue())) * 1000);
    }

    private static boolean names(JsonNode audience, String wanted) {
        if (audience.isTextual()) {
            return audience.textValue().equals(wanted);
        }
        for (JsonNode one : audience) {
            if (audience.isArray() && wanted.equals(one.textValue())) {
                return true;
            }
        }
        return false;
    }

    /** A {@code jti} is any text, and becomes part of a key in Redis. */
    private static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
