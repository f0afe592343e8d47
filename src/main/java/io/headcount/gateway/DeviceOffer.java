package io.headcount.gateway;

import io.headcount.auth.Authenticator;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;

/**
 * Gives a browser its device's cookie with the watch page. The 101 of a first socket sets it too, but two tabs that are
 * opened at once would then be two devices; and other sites' pages can ask for it ({@code HEAD /}) before they open
 * sockets.
 */
final class DeviceOffer {
    /** Says how viewers may be known here: {@code name}, {@code token}, {@code device}; the watch page looks for it. */
    static final String WAYS_HEADER = "Headcount-Identity";

    private static final String SECURE = "; Secure";
    private static final Set<String> PAGES = Set.of("/", "/index.html");

    private final Authenticator auth;
    private final String ways;

    DeviceOffer(Authenticator auth) {
        this.auth = auth;
        this.ways = String.join(", ", auth.ways());
    }

    /** Puts a cookie on an answer; for HTTPS only where this server ends TLS itself, whatever the headers say. */
    static void set(HttpServerRequest request, String cookie) {
        boolean add = request.isSSL() && !cookie.endsWith(SECURE);
        request.response().putHeader(HttpHeaders.SET_COOKIE, add ? cookie + SECURE : cookie);
    }

    /** To be called before the page is served. */
    void accompany(HttpServerRequest request) {
        boolean read = HttpMethod.GET.equals(request.method()) || HttpMethod.HEAD.equals(request.method());
        if (!read || !PAGES.contains(request.path())) {
            return;
        }
        request.response().putHeader(WAYS_HEADER, ways);
        String cookie = auth.deviceCookie(request.headers());
        if (cookie != null) {
            set(request, cookie);
            // Whoever serves the page lets it be cached; a cache would make one device of all its readers.
            request.response()
                    .headersEndHandler(
                            sending -> request.response().putHeader(HttpHeaders.CACHE_CONTROL, "private, no-store"));
        }
    }
}
