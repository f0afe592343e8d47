package io.headcount.gateway;

import io.headcount.auth.Authenticator;
import io.headcount.auth.Denial;
import io.headcount.auth.Identity;
import io.headcount.config.AuthConfig;
import io.headcount.config.HeadcountConfig;
import io.headcount.gateway.AddressTable.Tally;
import io.headcount.model.Ids;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
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
        Wish wish = refusal == null ? Wish.of(request.path(), query) : null;
        if (refusal == null && wish == null) {
            refusal = Refusal.badRequest("name 1 to " + HandshakeRules.MOST_OBSERVED
                    + " streams (?stream=a&stream=b); a stream id is " + Ids.RULE);
        }
        Tally tally = null;
        if (refusal == null) {
            try {
                tally = gateway.admission()
                        .enter(Upgrade.peer(request), request.headers().getAll("X-Forwarded-For"), startedNanos);
            } catch (Refusal limited) {
                refusal = limited;
            }
        }
        if (refusal != null) {
            refuse(request, refusal, startedNanos);
            return;
        }
        admitted(request, query, wish, tally, startedNanos);
    }

    private void admitted(HttpServerRequest request, MultiMap query, Wish wish, Tally tally, long startedNanos) {
        Upgrade.stopReading(request);
        request.end()
                .compose(ended -> identify(request.headers(), query, wish))
                .compose(identity -> allKnown(wish.streams()).map(identity))
                .compose(identity -> notEnded(wish).map(identity))
                .onComplete(
                        identity -> upgrade(request, wish, identity, tally, startedNanos),
                        failure -> fail(request, failure, tally, startedNanos));
    }

    /** Answers any request whose URI is too long, or that has no Host; false when it is in order. */
    boolean refusesHead(HttpServerRequest request) {
        Refusal refusal = HandshakeRules.judgeHead(request);
        if (refusal != null) {
            refuse(request, refusal, System.nanoTime());
        }
        return refusal != null;
    }

    /**
     * Answers beats that are too many, of an address or of all, and says so: a beat costs Redis what a handshake does, and
     * may take no more of it. False when it is in order, or no beat.
     */
    boolean refusesBeat(HttpServerRequest request) {
        if (!HandshakeRules.isBeat(request)) {
            return false;
        }
        try {
            gateway.admission()
                    .pass(Upgrade.peer(request), request.headers().getAll("X-Forwarded-For"), System.nanoTime());
            return false;
        } catch (Refusal limited) {
            limited.answer(request.response());
            return true;
        }
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
        lane.metrics().handshake(refusal.status(), 0);
        RawAnswer.write(request, refusal);
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

    /** {@code null} for an observer in mode open: there anybody may look. */
    private Future<Identity> identify(MultiMap headers, MultiMap query, Wish wish) {
        Authenticator auth = gateway.ports().auth();
        if (!wish.observer()) {
            return auth.identify(headers, query, wish.streams().get(0));
        }
        if (gateway.config().auth().mode() == AuthConfig.Mode.OPEN) {
            return Future.succeededFuture();
        }
        return auth.identify(headers, query, null)
                .compose(identity -> identity.stream() == null || wish.streams().equals(List.of(identity.stream()))
                        ? Future.succeededFuture(identity)
                        : Future.failedFuture(Refusal.of(403, "Forbidden", "the token is for another stream")));
    }

    private Future<Void> allKnown(List<String> streams) {
        if (!strict) {
            return Future.succeededFuture();
        }
        return Future.all(streams.stream().map(this::known).toList()).mapEmpty();
    }

    private Future<Void> known(String stream) {
        return gateway.ports()
                .knownStream()
                .apply(stream)
                .compose(known -> known
                        ? Future.succeededFuture()
                        : Future.failedFuture(Refusal.of(404, "Not Found", "there is no such stream")));
    }

    /**
     * A stream with viewers here has not ended, or they are being told. Where nobody can be asked it has not: its owner
     * looks again.
     */
    private Future<Void> notEnded(Wish wish) {
        if (wish.observer() || lane.registry().watched(wish.streams().get(0))) {
            return Future.succeededFuture();
        }
        return gateway.ports()
                .ends()
                .ended(wish.streams().get(0))
                .otherwise(false)
                .compose(ended -> ended
                        ? Future.failedFuture(Refusal.of(410, "Gone", "the stream has ended"))
                        : Future.succeededFuture());
    }

    private void upgrade(HttpServerRequest request, Wish wish, Identity identity, Tally tally, long startedNanos) {
        if (!Upgrade.connected(request)) {
            gateway.admission().leave(tally);
            return;
        }
        if (gateway.draining()) {
            fail(request, stopping(), tally, startedNanos);
            return;
        }
        ViewerConnection viewer =
                wish.observer() ? new ObserverConnection(lane, tally) : new ViewerConnection(lane, tally);
        if (identity != null && identity.setCookie() != null) {
            DeviceOffer.set(request, identity.setCookie());
        }
        ByteBuf early;
        try {
            boolean withProtocol =
                    HandshakeRules.listed(request.headers(), "Sec-WebSocket-Protocol", HandshakeRules.PROTOCOL);
            early = Upgrade.run(request, withProtocol, viewer);
        } catch (RuntimeException e) {
            LOG.error("a connection could not be upgraded and is closed; please report this", e);
            gateway.admission().leave(tally);
            request.connection().close();
            return;
        }
        lane.metrics().handshake(101, System.nanoTime() - startedNanos);
        if (viewer instanceof ObserverConnection observer) {
            observer.opened(wish.streams(), early);
        } else {
            viewer.opened(wish.streams().get(0), identity.user(), early);
        }
        if (identity != null && identity.expiresAtMillis() > 0) {
            lane.registry().expireAfter(viewer, openFor(identity));
        }
    }

    /** Milliseconds from now: to the token's end and the grace after it, which is not shorter than the leeway. */
    private long openFor(Identity identity) {
        AuthConfig.Tokens tokens = gateway.config().auth().tokens();
        long grace = Math.max(tokens.expiryGraceMillis(), tokens.leewayMillis());
        return Math.max(0, identity.expiresAtMillis() + grace - System.currentTimeMillis());
    }

    private void fail(HttpServerRequest request, Throwable failure, Tally tally, long startedNanos) {
        gateway.admission().leave(tally);
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
        if (request.version() != HttpVersion.HTTP_1_1) {
            RawAnswer.write(request, refusal);
        } else if (refusal.forNow()) {
            request.response().putHeader("Connection", "close");
            refusal.answer(request.response());
            request.connection().close();
        } else {
            refusal.answer(request.response());
        }
    }
}
