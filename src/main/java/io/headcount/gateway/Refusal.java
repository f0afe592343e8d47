package io.headcount.gateway;

import io.headcount.auth.Denial;
import io.vertx.core.http.HttpServerResponse;
import java.util.Locale;

/**
 * Why a handshake is not answered with 101, as an RFC 9457 problem.
 *
 * <p>An exception, so that whoever says who a viewer is can fail with one; without a stack trace, since clients cause
 * it at will.
 */
public final class Refusal extends Exception {
    private final int status;
    private final String title;
    private final String header;
    private final String headerValue;

    private Refusal(int status, String title, String detail, String header, String headerValue) {
        super(detail, null, false, false);
        this.status = status;
        this.title = title;
        this.header = header;
        this.headerValue = headerValue;
    }

    /**
     * A refusal.
     *
     * @param status HTTP status
     * @param title what the status means
     * @param detail what the client can do; constant text, nothing of the request
     */
    public static Refusal of(int status, String title, String detail) {
        return new Refusal(status, title, detail, null, null);
    }

    /** Of somebody whom nobody vouches for. */
    static Refusal of(Denial denial) {
        return new Refusal(denial.status(), denial.title(), denial.getMessage(), denial.header(), denial.headerValue());
    }

    static Refusal badRequest(String detail) {
        return of(400, "Bad Request", detail);
    }

    static Refusal upgradeRequired(String detail) {
        return of(426, "Upgrade Required", detail).with("Sec-WebSocket-Version", "13");
    }

    static Refusal unavailable(String detail, int retryAfterSeconds) {
        return of(503, "Service Unavailable", detail).with("Retry-After", Integer.toString(retryAfterSeconds));
    }

    static Refusal tooMany(String detail, int retryAfterSeconds) {
        return of(429, "Too Many Requests", detail).with("Retry-After", Integer.toString(retryAfterSeconds));
    }

    /** The same with a header. */
    public Refusal with(String name, String value) {
        return new Refusal(status, title, getMessage(), name, value);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The body, {@code application/problem+json}. */
    String body() {
        return "{\"type\":\"about:blank\",\"title\":\"" + title + "\",\"status\":" + status + ",\"detail\":\""
                + getMessage() + "\"}";
    }

    /** Whether the client is to come back another time, and not on this connection. */
    boolean forNow() {
        return status == 429 || status == 503;
    }

    /** The whole answer, for a connection on which nothing follows. */
    String bytes() {
        String body = body();
        return "HTTP/1.1 " + status + " " + title + "\r\ncontent-type: application/problem+json\r\n"
                + (header == null ? "" : header.toLowerCase(Locale.ROOT) + ": " + headerValue + "\r\n")
                + "connection: close\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    }

    void answer(HttpServerResponse response) {
        response.setStatusCode(status).putHeader("Content-Type", "application/problem+json");
        if (header != null) {
            response.putHeader(header, headerValue);
        }
        if (status == 426) {
            response.putHeader("Upgrade", "websocket");
        }
        response.end(body());
    }
}
