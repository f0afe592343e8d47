package io.headcount.store.redis;

import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;

/**
 * What an error means for a call.
 *
 * @param address where MOVED and ASK point to, else empty
 */
record ReplyError(Kind kind, String address) {
    /** What to do. */
    enum Kind {
        /** The slot lives elsewhere: go there, and read the slot table again. */
        MOVED,
        /** The key is on its way elsewhere: go there this once, after ASKING. */
        ASK,
        /** The node does not know the script. */
        NO_SCRIPT,
        /** It will pass: once more in a moment. */
        PASSING,
        /** The connection is gone, and nobody knows whether the call was applied. */
        BROKEN,
        /** No retry will mend it. */
        FINAL
    }

    private static final String[] PASSING = {
        "TRYAGAIN", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "READONLY", "BUSY ", "NOREPLICAS", "UNBLOCKED"
    };
    private static final ReplyError NO_SCRIPT = new ReplyError(Kind.NO_SCRIPT, "");
    private static final ReplyError WILL_PASS = new ReplyError(Kind.PASSING, "");
    private static final ReplyError BROKEN = new ReplyError(Kind.BROKEN, "");
    private static final ReplyError FINAL = new ReplyError(Kind.FINAL, "");

    /** @param askedAddress {@code host:port} of the node that answered so */
    static ReplyError of(Throwable failure, String askedAddress) {
        String message = String.valueOf(failure.getMessage());
        boolean fromRedis = failure instanceof Response reply && reply.type() == ResponseType.ERROR;
        if (!fromRedis || message.equals("CONNECTION_CLOSED")) {
            // The client's own: "Connection is closed", a reset, or a request that it will not send.
            return message.startsWith("Redis command is not valid") ? FINAL : BROKEN;
        }
        if (message.startsWith("MOVED ")) {
            return new ReplyError(Kind.MOVED, target(message, askedAddress));
        }
        if (message.startsWith("ASK ")) {
            return new ReplyError(Kind.ASK, target(message, askedAddress));
        }
        if (message.startsWith("NOSCRIPT")) {
            return NO_SCRIPT;
        }
        for (String passing : PASSING) {
            if (message.startsWith(passing)) {
                return WILL_PASS;
            }
        }
        return FINAL;
    }

    /** {@code MOVED 3999 127.0.0.1:6381}; without a host it is the host that was asked. */
    private static String target(String message, String askedAddress) {
        String address = message.substring(message.lastIndexOf(' ') + 1);
        return address.startsWith(":") ? host(askedAddress) + address : address;
    }

    static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }
}
