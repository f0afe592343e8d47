package io.headcount.gateway;

import io.headcount.auth.Denial;
import io.headcount.auth.Identity;
import io.headcount.config.AuthConfig;
import io.headcount.config.HeadcountConfig;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a request to an open session: the head is judged, the viewer identified, the connection taken over. One an event
 * loop.
 */
final class Handshake {
    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);
    private static final int RETRY_SECONDS = 5;

    private final Gateway gateway;
    private final Lane lane;
    private final HandshakeRules rules;
    private final boolean strict;

    Handshake(Gateway gateway, Lane lane) {
        this.gateway = gateway;
        this.lane = lane;
        this.rules = new HandshakeRules(gateway.config().webSocket().allowedOrigins());
        this.strict = gateway.config().streams().registration() == HeadcountConfig.Registration.STRICT;
    }

    /** A request for the viewers' WebSocket. */
    void handle(HttpServerRequest request) {
        long startedNanos = System.nanoTime();
        Refusal refusal = rules.judge(request);
        if (refusal == null && gateway.draining()) {
            refusal = stopping();
        }
        MultiMap query = refusal == null ? query(request) : null;
        if (refusal == null && query == null) {
            refusal = Refusal.badRequest("the query is not well-formed");
        }
        if (refusal == null && !gateway.reserve()) {
            refusal = Refusal.unavailable("this node has all the viewers it can take", RETRY_SECONDS);
        }
        if (refusal != null) {
            refuse(request, refusal, startedNanos);
            return;
        }
        Upgrade.stopReading(request);
        String stream = HandshakeRules.stream(request.path());
        request.end()
                .compose(ended -> gateway.ports().auth().identify(request.headers(), query, stream))
                .compose(identity -> known(stream).map(identity))
                .onComplete(
                        identity -> upgrade(request, stream, identity, startedNanos),
                        failure -> fail(request, failure, startedNanos));
    }

    /** Answers a request whose URI is too long; false when it is not. */
    boolean refusesLength(HttpServerRequest request) {
        Refusal refusal = HandshakeRules.judgeLength(request);
        if (refusal != null) {
            refuse(request, refusal, System.nanoTime());
        }
        return refusal != null;
    }

    /** A request whose head could not be read. */
    void handleInvalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Refusal refusal;
        if (cause instanceof TooLongHttpLineException) {
            refusal = HandshakeRules.uriTooLong(HandshakeRules.MAX_URI_BYTES);
        } else if (cause instanceof TooLongHttpHeaderException) {
            refusal = Refusal.of(
                    431,
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.reasonPhrase(),
                    "the headers may have 8192 bytes");
        } else {
            refusal = Refusal.badRequest("this is not HTTP/1.1");
        }
        refuse(request, refusal, System.nanoTime());
    }

    private static Refusal stopping() {
        return Refusal.unavailable("this node is stopping: come back, you will reach another", 1);
    }

    private static MultiMap query(HttpServerRequest request) {
        try {
            return request.params();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private Future<Void> known(String stream) {
        if (!strict) {
            return Future.succeededFuture();
        }
        return gateway.ports()
                .knownStream()
                .apply(stream)
                .compose(known -> known
                        ? Future.succeededFuture()
                        : Future.failedFuture(Refusal.of(404, "Not Found", "there is no such stream")));
    }

    private void upgrade(HttpServerRequest request, String stream, Identity identity, long startedNanos) {
        if (!Upgrade.connected(request)) {
            gateway.socketCount().decrementAndGet();
            return;
        }
        if (gateway.draining()) {
            fail(request, stopping(), startedNanos);
            return;
        }
        ViewerConnection viewer = new ViewerConnection(lane);
        if (identity.setCookie() != null) {
            DeviceOffer.set(request, identity.setCookie());
        }
        ByteBuf early;
        try {
            boolean withProtocol =
                    HandshakeRules.listed(request.headers(), "Sec-WebSocket-Protocol", HandshakeRules.PROTOCOL);
            early = Upgrade.run(request, withProtocol, viewer);
        } catch (RuntimeException e) {
            LOG.error("a connection could not be upgraded and is closed; please report this", e);
            gateway.socketCount().decrementAndGet();
            request.connection().close();
            return;
        }
        lane.metrics().handshake(101, System.nanoTime() - startedNanos);
        viewer.opened(stream, identity.user(), early);
        if (identity.expiresAtMillis() > 0) {
            lane.registry().expireAfter(viewer, openFor(identity));
        }
    }

    /** Milliseconds from now: to the token's end and the grace after it, which is not shorter than the leeway. */
    private long openFor(Identity identity) {
        AuthConfig.Tokens tokens = gateway.config().auth().tokens();
        long grace = Math.max(tokens.expiryGraceMillis(), tokens.leewayMillis());
        return Math.max(0, identity.expiresAtMillis() + grace - System.currentTimeMillis());
    }

    private void fail(HttpServerRequest request, Throwable failure, long startedNanos) {
        gateway.socketCount().decrementAndGet();
        if (!Upgrade.connected(request)) {
            return;
        }
        // Nothing more is read as HTTP on this connection, see Upgrade.stopReading.
        request.response().putHeader("Connection", "close");
        if (failure instanceof Refusal refusal) {
            refuse(request, refusal, startedNanos);
        } else if (failure instanceof Denial denial) {
            refuse(request, Refusal.of(denial), startedNanos);
        } else {
            // Not a line a client: thousands may come a second, and the meter by status counts them.
            LOG.debug("handshake refused: a lookup failed; see whether MySQL is up", failure);
            refuse(request, Refusal.unavailable("the stream cannot be looked up now", RETRY_SECONDS), startedNanos);
        }
        request.connection().close();
    }

    private void refuse(HttpServerRequest request, Refusal refusal, long startedNanos) {
        lane.metrics().handshake(refusal.status(), System.nanoTime() - startedNanos);
        refusal.answer(request.response());
    }
}
