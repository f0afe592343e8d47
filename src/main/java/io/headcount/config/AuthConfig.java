package io.headcount.config;

import java.util.List;
import java.util.Locale;

/**
 * Who is who.
 *
 * @param mode how viewers are known
 * @param adminToken what operators send as {@code Authorization: Bearer}; empty: master data cannot be changed
 * @param anonymous whether a viewer without a name or a token is known by its device's cookie
 */
public record AuthConfig(Mode mode, String adminToken, boolean anonymous, Tokens tokens, Cookies cookies) {
    /**
     * Signs devices' cookies in {@link Mode#OPEN} where no key is configured, so that all nodes of a development machine
     * know them. No secret, and none is needed where the query says who it is.
     */
    private static final String DEVELOPMENT_KEY = "headcount-development-cookie-key-0";

    /** How viewers are known. */
    public enum Mode {
        /** The query says who it is: for development, on loopback only. */
        OPEN,
        /** A signed token (JWT) says who it is. */
        JWT
    }

    /** To whom a browser sends the device's cookie along. */
    public enum SameSite {
        LAX,
        STRICT,
        /** Pages of other sites too; such a cookie is for HTTPS only. */
        NONE;

        /** As the cookie's attribute has it. */
        public String wire() {
            return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
        }
    }

    /** Whether the device's cookie is for HTTPS only. */
    public enum Secure {
        /** When the request came by HTTPS, as its {@code Origin} or {@code X-Forwarded-Proto} says. */
        AUTO,
        ALWAYS
    }

    /**
     * Signed tokens (JWT).
     *
     * @param keysFile a JWKS, or PEM with public keys or certificates; empty for none
     * @param keysUrl of a JWKS; empty for none
     * @param secret shared, for HS256; empty for none
     * @param audience that a token must name; empty for any
     * @param issuer that a token must name; empty for any
     * @param leewayMillis by which clocks may differ
     * @param expiryGraceMillis a socket stays open so long after its token's end
     * @param oneTime whether a token is good for one connection
     * @param keysRefreshMillis between two looks at file and URL
     * @param keysRetryMillis at least, between two looks because a token named an unknown key
     * @param maxCached tokens whose verdict is remembered
     * @param maxPending checks that are waiting for a worker, for keys or for Redis; 503 above
     */
    public record Tokens(
            String keysFile,
            String keysUrl,
            String secret,
            String audience,
            String issuer,
            int leewayMillis,
            int expiryGraceMillis,
            boolean oneTime,
            int keysRefreshMillis,
            int keysRetryMillis,
            int maxCached,
            int maxPending) {
        /** Whether there is anything to check tokens with. */
        public boolean configured() {
            return !keysFile.isEmpty() || !keysUrl.isEmpty() || !secret.isEmpty();
        }

        private static Tokens read(Settings s) {
            return new Tokens(
                    s.text("auth.keysFile", ""),
                    s.text(
                            "auth.keysUrl",
                            "",
                            "|https://\\S+|http://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])([:/]\\S*)?",
                            "an https:// URL (http:// on loopback only)"),
                    s.text("auth.secret", "", "|.{32,1024}", "32 characters or more: HS256 needs 256 bits"),
                    s.text("auth.audience", ""),
                    s.text("auth.issuer", ""),
                    s.integer("auth.leewayMillis", 5_000, 0, 300_000),
                    s.integer("auth.expiryGraceMillis", 10_000, 0, 3_600_000),
                    s.flag("auth.oneTimeTokens", false),
                    s.integer("auth.keysRefreshMillis", 300_000, 1_000, 86_400_000),
                    s.integer("auth.keysRetryMillis", 10_000, 100, 3_600_000),
                    s.integer("auth.maxCachedTokens", 50_000, 1, 10_000_000),
                    s.integer("auth.maxPendingVerifications", 1_000, 1, 100_000));
        }
    }

    /**
     * Anonymous devices' cookies.
     *
     * @param keys the first signs, all verify
     * @param maxAgeDays a browser keeps the cookie so long after its last renewal
     */
    public record Cookies(List<String> keys, int maxAgeDays, SameSite sameSite, Secure secure) {
        private static Cookies read(Settings s, Mode mode, boolean anonymous) {
            List<String> keys =
                    s.list("auth.cookieKeys", List.of(), ".{32,1024}", "a list of texts of 32 characters or more");
            SameSite sameSite = s.choice("auth.cookieSameSite", SameSite.LAX, SameSite.class);
            Secure secure = s.choice("auth.cookieSecure", Secure.AUTO, Secure.class);
            if (anonymous && keys.isEmpty() && mode == Mode.JWT) {
                s.problem("auth.cookieKeys", "[]", "given with auth.anonymous: the same list on every node");
            }
            if (sameSite == SameSite.NONE && secure != Secure.ALWAYS) {
                s.problem("auth.cookieSameSite", "none", "used with auth.cookieSecure: always (browsers insist)");
            }
            return new Cookies(
                    keys.isEmpty() ? List.of(DEVELOPMENT_KEY) : List.copyOf(keys),
                    s.integer("auth.cookieMaxAgeDays", 365, 1, 400),
                    sameSite,
                    secure);
        }
    }

    /**
     * Keys that sessions without a socket are signed with: the first signs, all verify. Those of the cookies, else the
     * tokens' shared secret; empty where neither is set (the development key does in mode open only).
     */
    public List<String> sessionKeys() {
        if (mode == Mode.OPEN || !cookies.keys().equals(List.of(DEVELOPMENT_KEY))) {
            return cookies.keys();
        }
        return tokens.secret().isEmpty() ? List.of() : List.of(tokens.secret());
    }

    static AuthConfig read(Settings s, String httpHost) {
        Mode mode = s.choice("auth.mode", Mode.OPEN, Mode.class);
        boolean anonymous = s.flag("auth.anonymous", false);
        AuthConfig auth = new AuthConfig(
                mode,
                s.text("auth.adminToken", "", "|\\S{16,256}", "16 to 256 characters without blanks"),
                anonymous,
                Tokens.read(s),
                Cookies.read(s, mode, anonymous));
        if (mode == Mode.OPEN && !httpHost.matches("localhost|127(\\.[0-9]{1,3}){3}|::1")) {
            s.problem(
                    "auth.mode",
                    "open",
                    "used on loopback only (it believes any ?user=), and http.host " + httpHost + " is not");
        }
        if (mode == Mode.JWT && !auth.tokens.configured() && !anonymous) {
            s.problem("auth.mode", "jwt", "used with auth.keysFile, auth.keysUrl or auth.secret, or auth.anonymous");
        }
        return auth;
    }
}
