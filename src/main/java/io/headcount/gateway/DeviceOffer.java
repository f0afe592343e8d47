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
    /** Says that viewers may come without a name or a token; the watch page looks for it. */
    static final String ANONYMOUS_HEADER = "Headcount-Anonymous";

    private static final Set<String> PAGES = Set.of("/", "/index.html");

    private final Authenticator auth;

    DeviceOffer(Authenticator auth) {
        this.auth = auth;
    }

    /** To be called before the page is served. */
    void accompany(HttpServerRequest request) {
        boolean read = HttpMethod.GET.equals(request.method()) || HttpMethod.HEAD.equals(request.method());
        if (!auth.anonymous() || !read || !PAGES.contains(request.path())) {
            return;
        }
        request.response().putHeader(ANONYMOUS_HEADER, "true");
        String cookie = auth.deviceCookie(request.headers());
        if (cookie != null) {
            request.response().putHeader(HttpHeaders.SET_COOKIE, cookie);
            // Whoever serves the page lets it be cached; a cache would make one device of all its readers.
            request.response()
                    .headersEndHandler(
                            sending -> request.response().putHeader(HttpHeaders.CACHE_CONTROL, "private, no-store"));
        }
    }
}
