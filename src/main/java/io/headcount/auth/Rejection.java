package io.headcount.auth;

import java.util.Locale;

/** Everything that keeps a token from being believed, with what its owner can do about it. */
enum Rejection {
    /** Several tokens, or several of one kind. */
    AMBIGUOUS(400, "send one token, in one place"),
    MISSING(
            401,
            "send a token: Authorization: Bearer TOKEN, the subprotocols headcount.v1 and bearer.TOKEN, or ?token="),
    NO_KEYS(401, "this server has no keys to check tokens with; its operator can set auth.keysFile, keysUrl or secret"),
    MALFORMED(401, "the token is not a JWT that can be read here; get a new one"),
    ALGORITHM(401, "the token's algorithm does not do; it has to be HS256, RS256 or ES256, and its key's"),
    UNKNOWN_KEY(401, "the token's key is not known here; get a new token"),
    SIGNATURE(401, "the token's signature is wrong; get a new token"),
    EXPIRED(401, "the token has expired; get a new one"),
    EARLY(401, "the token is not valid yet; is the clock right where it was signed?"),
    ISSUER(401, "the token is not of the issuer that is trusted here"),
    AUDIENCE(401, "the token is for another audience"),
    SUBJECT(401, "the token's sub has to be a user id: 1 to 64 characters of A-Z, a-z, 0-9, _ and -, not anon-…"),
    NOT_ONCE(401, "the token has to have jti and exp: it is good for one connection"),
    USED(401, "the token was used before, and it is good for one connection; get a new one"),
    /** Who it is has been proven; a new token of the same kind would change nothing. */
    OTHER_STREAM(403, "the token is for another stream"),
    BUSY(503, "too many tokens are being checked"),
    LOADING(503, "the keys to check tokens with are not loaded yet"),
    FAILED(503, "the token cannot be judged now"),
    NO_MEMORY(503, "whether the token was used before cannot be said now");

    private static final int RETRY_SECONDS = 2;

    @SuppressWarnings("ImmutableEnumChecker") // no field of a denial changes, stack trace and suppression are off
    private final Denial denial;

    Rejection(int status, String detail) {
        this.denial = switch (status) {
            case 400 -> Denial.badRequest(detail);
            case 401 -> Denial.unauthorized(detail, !name().equals("MISSING"));
            case 403 -> Denial.forbidden(detail);
            default -> Denial.unavailable(detail, RETRY_SECONDS);
        };
    }

    /** One for all: it has neither a stack trace nor anything of the request. */
    Denial denial() {
        return denial;
    }

    /** As a label of metrics. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The rejection that a denial says; {@code null} for one that is not about a token. */
    static Rejection of(Denial denial) {
        for (Rejection rejection : values()) {
            if (rejection.denial == denial) {
                return rejection;
            }
        }
        return null;
    }
}
