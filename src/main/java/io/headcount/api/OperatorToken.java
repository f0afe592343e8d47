package io.headcount.api;

import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** What master data is changed with, in every mode: the operators' token. */
final class OperatorToken {
    private static final String SCHEME = "Bearer ";

    private final String token;

    /** @param token auth.adminToken; empty where there is none */
    OperatorToken(String token) {
        this.token = token;
    }

    /** Refuses who does not bring it. */
    void require(RoutingContext context) {
        if (token.isEmpty()) {
            throw Problem.unavailable(
                    "Master data cannot be changed: set auth.adminToken (or the environment"
                            + " variable HEADCOUNT_AUTH_ADMIN_TOKEN) and start the node again.",
                    0);
        }
        String given = context.request().getHeader("Authorization");
        // The scheme's name is case-insensitive (RFC 9110, 11.1), the token is not.
        boolean bearer = given != null && given.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        byte[] sent = (bearer ? given.substring(SCHEME.length()) : "").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(sent, token.getBytes(StandardCharsets.UTF_8))) {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"headcount\"");
            throw Problem.unauthorized("Send the operators' token (auth.adminToken) as Authorization: Bearer TOKEN.");
        }
    }
}
