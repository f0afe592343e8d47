package io.headcount.admin;

import io.headcount.admin.ConsoleSessions.Verdict;
import io.vertx.core.Vertx;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.StaticHandler;
import java.net.URI;
import java.util.function.LongSupplier;

/**
 * The console's way in: its page, the login, and the guard before the bridge. The token is sent once, in a body; what the
 * browser keeps is a session's id in a cookie that scripts cannot read and other sites cannot send along. Of another site
 * nothing is accepted either way: login and logout take JSON only, and all but reading asks where it comes from.
 */
final class Console {
    static final String COOKIE = "headcount_console";

    private static final int MAX_BODY_BYTES = 2_048;
    private static final String PAGE = "/console/";
    private static final String LOGIN = "/console/login";
    private static final String LOGOUT = "/console/logout";
    private static final String SESSION = "/console/session";
    private static final int RETRY_AFTER_SECONDS = 60;

    private final ConsoleSessions sessions;
    private final ConsoleBridge bridge;

    /**
     * @param token of the operators; empty for none: nobody can log in
     * @param clockMillis monotonic
     */
    Console(String token, LongSupplier clockMillis) {
        this.sessions = new ConsoleSessions(token, clockMillis);
        this.bridge = new ConsoleBridge(sessions);
    }

    /** Adds the console's routes. */
    void mount(Router router, Vertx vertx) {
        AdminRoutes.get(router, "/console").handler(Console::addSlash);
        router.post(LOGIN)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(Console::sameOrigin)
                .handler(Console::jsonOnly)
                .handler(this::login);
        router.post(LOGOUT)
                .handler(Console::sameOrigin)
                .handler(Console::jsonOnly)
                .handler(this::logout);
        AdminRoutes.get(router, SESSION).handler(this::session);
        AdminRoutes.get(router, "/console/*")
                .handler(StaticHandler.create("console")
                        .setDirectoryListing(false)
                        .setIncludeHidden(false)
                        .setCachingEnabled(false));
        router.route("/eventbus/*").handler(Console::sameOrigin).handler(this::loggedIn);
        router.route("/eventbus/*").subRouter(bridge.router(vertx));
    }

    /** The id of the session that a request belongs to; null when it brings none. */
    static String sessionOf(RoutingContext context) {
        Cookie cookie = context.request().getCookie(COOKIE);
        return cookie == null ? null : cookie.getValue();
    }

    /** The router takes {@code /console/} for {@code /console}: it must not be sent to itself. */
    private static void addSlash(RoutingContext context) {
        if (context.request().path().endsWith("/")) {
            context.next();
        } else {
            context.redirect(PAGE);
        }
    }

    /** A browser says where a request comes from; a program that says nothing has no cookie of anybody's. */
    private static void sameOrigin(RoutingContext context) {
        HttpServerRequest request = context.request();
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null || isOwn(origin, request)) {
            context.next();
        } else {
            AdminRoutes.problem(context, 403, "Forbidden", "This is for the console's own page only.");
        }
    }

    private static boolean isOwn(String origin, HttpServerRequest request) {
        try {
            String from = URI.create(origin).getRawAuthority();
            // HTTP/2 has no header Host.
            return from != null && from.equals(String.valueOf(request.authority()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void jsonOnly(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && type.startsWith("application/json")) {
            context.next();
        } else {
            AdminRoutes.problem(context, 415, "Unsupported Media Type", "Send application/json.");
        }
    }

    private void login(RoutingContext context) {
        Verdict verdict = sessions.judge(tokenOf(context));
        switch (verdict) {
            case ACCEPTED -> accept(context);
            case WRONG -> AdminRoutes.problem(context, 401, "Unauthorized", "This is not the operators' token.");
            case TOO_MANY -> {
                context.response().putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(RETRY_AFTER_SECONDS));
                AdminRoutes.problem(context, 429, "Too Many Requests", "Too many tries to log in; wait a minute.");
            }
            case NO_TOKEN ->
                AdminRoutes.problem(
                        context,
                        503,
                        "Service Unavailable",
                        "Nobody can log in: set auth.adminToken (or HEADCOUNT_AUTH_ADMIN_TOKEN) and start the node"
                                + " again.");
        }
    }

    private static String tokenOf(RoutingContext context) {
        try {
            JsonObject body = context.body().asJsonObject();
            return body == null ? "" : body.getString("token", "");
        } catch (DecodeException | ClassCastException e) {
            return "";
        }
    }

    private void accept(RoutingContext context) {
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        context.response()
                .addCookie(Cookie.cookie(COOKIE, sessions.open())
                        .setPath("/")
                        .setHttpOnly(true)
                        .setSameSite(CookieSameSite.STRICT)
                        .setSecure(origin != null && origin.startsWith("https:"))
                        .setMaxAge(ConsoleSessions.LIFE_MILLIS / 1_000));
        AdminRoutes.json(context, 200, new JsonObject().put("remainingMillis", ConsoleSessions.LIFE_MILLIS));
    }

    private void logout(RoutingContext context) {
        sessions.close(sessionOf(context));
        bridge.closeEnded();
        context.response().removeCookies(COOKIE, true);
        AdminRoutes.json(context, 200, new JsonObject().put("remainingMillis", 0));
    }

    private void session(RoutingContext context) {
        long left = sessions.remainingMillis(sessionOf(context));
        AdminRoutes.json(context, 200, new JsonObject().put("remainingMillis", left));
    }

    private void loggedIn(RoutingContext context) {
        if (sessions.remainingMillis(sessionOf(context)) > 0) {
            context.next();
        } else {
            AdminRoutes.problem(context, 401, "Unauthorized", "Log in at " + PAGE + " first.");
        }
    }
}
