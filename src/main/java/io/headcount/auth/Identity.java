package io.headcount.auth;

import io.headcount.model.Ids;

/**
 * Who a viewer is.
 *
 * @param user an id by {@link Ids#RULE}
 * @param expiresAtMillis when what proved it ends, since the epoch; 0 for never
 * @param stream the only stream it is good for, {@code null} for all
 * @param setCookie the value of a {@code Set-Cookie} header that belongs on the answer, {@code null} for none
 */
public record Identity(String user, long expiresAtMillis, String stream, String setCookie) {
    public Identity {
        Ids.require("user", user);
    }

    static Identity named(String user) {
        return new Identity(user, 0, null, null);
    }
}
