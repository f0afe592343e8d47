package io.headcount.auth;

/**
 * Why nobody is known to be behind a request, to be answered as an RFC 9457 problem: the message is its detail, constant
 * text with nothing of the request in it. Without a stack trace, since clients cause it at will.
 */
public final class Denial extends RuntimeException {
    private final int status;
    private final String title;
    private final String header;
    private final String headerValue;

    private Denial(int status, String title, String detail, String header, String headerValue) {
        super(detail, null, false, false);
        this.status = status;
        this.title = title;
        this.header = header;
        this.headerValue = headerValue;
    }

    static Denial badRequest(String detail) {
        return new Denial(400, "Bad Request", detail, null, null);
    }

    /** No token, or (with {@code invalid}) one that does not do: RFC 6750, 3. */
    static Denial unauthorized(String detail, boolean invalid) {
        return new Denial(
                401,
                "Unauthorized",
                detail,
                "WWW-Authenticate",
                "Bearer realm=\"headcount\"" + (invalid ? ", error=\"invalid_token\"" : ""));
    }

    static Denial forbidden(String detail) {
        return new Denial(403, "Forbidden", detail, null, null);
    }

    static Denial unavailable(String detail, int retryAfterSeconds) {
        return new Denial(503, "Service Unavailable", detail, "Retry-After", Integer.toString(retryAfterSeconds));
    }

    /** 400, 401, 403 or 503. */
    public int status() {
        return status;
    }

    /** What the status means. */
    public String title() {
        return title;
    }

    /** The name of the header that belongs on the answer; {@code null} for none. */
    public String header() {
        return header;
    }

    /** Its value. */
    public String headerValue() {
        return headerValue;
    }
}
