package io.headcount.auth;

import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;

/** Where a request may carry its token. */
final class Bearer {
    private static final String SCHEME = "Bearer ";
    /** A browser cannot set headers on a WebSocket, and an address ends up in logs. */
    private static final String SUBPROTOCOL = "bearer.";

    private Bearer() {}

    /**
     * The token of a request, {@code null} for none. Headers go before the query.
     *
     * @throws Denial when one place has several
     */
    static String of(MultiMap headers, MultiMap query) {
        List<String> found = inAuthorization(headers);
        if (found.isEmpty()) {
            found = inSubprotocols(headers);
        }
        if (found.isEmpty()) {
            found = query.getAll("token");
        }
        if (found.size() > 1) {
            throw Rejection.AMBIGUOUS.denial();
        }
        return found.isEmpty() ? null : found.get(0);
    }

    /** Other schemes than Bearer are somebody else's, a proxy's say. */
    private static List<String> inAuthorization(MultiMap headers) {
        List<String> found = new ArrayList<>(1);
        for (String value : headers.getAll("Authorization")) {
            if (value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
                found.add(value.substring(SCHEME.length()).trim());
            }
        }
        return found;
    }

    private static List<String> inSubprotocols(MultiMap headers) {
        List<String> found = new ArrayList<>(1);
        for (String line : headers.getAll("Sec-WebSocket-Protocol")) {
            for (String part : line.split(",", -1)) {
                String protocol = part.trim();
                if (protocol.regionMatches(true, 0, SUBPROTOCOL, 0, SUBPROTOCOL.length())) {
                    found.add(protocol.substring(SUBPROTOCOL.length()));
                }
            }
        }
        return found;
    }
}
