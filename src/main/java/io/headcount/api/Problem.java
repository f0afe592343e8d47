package io.headcount.api;

import io.headcount.auth.Denial;
import io.vertx.core.json.JsonObject;

/**
 * An error as RFC 9457 describes it; thrown by handlers, answered as {@code application/problem+json}.
 *
 * <p>The detail says what to do about it.
 */
final class Problem extends RuntimeException {
    private final int status;
    private final String title;
    private final int retryAfterSeconds;

    private Problem(int status, String title, String detail, int retryAfterSeconds) {
        super(detail, null, false, false);
        this.status = status;
        this.title = title;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    static Problem badRequest(String detail) {
        return new Problem(400, "Bad Request", detail, 0);
    }

    static Problem unauthorized(String detail) {
        return new Problem(401, "Unauthorized", detail, 0);
    }

    static Problem forbidden(String detail) {
        return new Problem(403, "Forbidden", detail, 0);
    }

    static Problem gone(String detail) {
        return new Problem(410, "Gone", detail, 0);
    }

    static Problem tooMany(String detail, int retryAfterSeconds) {
        return new Problem(429, "Too Many Requests", detail, retryAfterSeconds);
    }

    /** Of somebody whom nobody vouches for. */
    static Problem of(Denial denial) {
        return new Problem(denial.status(), denial.title(), denial.getMessage(), denial.status() == 503 ? 2 : 0);
    }

    static Problem notFound(String detail) {
        return new Problem(404, "Not Found", detail, 0);
    }

    static Problem methodNotAllowed(String detail) {
        return new Problem(405, "Method Not Allowed", detail, 0);
    }

    static Problem tooLarge(String detail) {
        return new Problem(413, "Content Too Large", detail, 0);
    }

    static Problem unsupportedMediaType(String detail) {
        return new Problem(415, "Unsupported Media Type", detail, 0);
    }

    static Problem internal() {
        return new Problem(500, "Internal Server Error", "This is a defect; the node's log has the details.", 0);
    }

    static Problem unavailable(String detail, int retryAfterSeconds) {
        return new Problem(503, "Service Unavailable", detail, retryAfterSeconds);
    }

    int status() {
        return status;
    }

    /** For the Retry-After header; 0 for none. */
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    JsonObject json(String path) {
        return new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", getMessage())
                .put("instance", path);
    }
}
