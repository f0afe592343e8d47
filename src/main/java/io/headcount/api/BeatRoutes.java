package io.headcount.api;

import io.headcount.auth.Authenticator;
import io.headcount.auth.BeatSessions;
import io.headcount.auth.Denial;
import io.headcount.auth.Identity;
import io.headcount.auth.Origins;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.Count;
import io.headcount.model.Ids;
import io.headcount.model.SharedClock;
import io.headcount.store.BeatStore;
import io.headcount.store.BeatStore.Beaten;
import io.headcount.store.BeatStore.Beating;
import io.headcount.store.BeatStore.Outcome;
import io.headcount.store.StreamEnds;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Viewers without WebSocket. A session that is unknown, somebody else's, ended or too old is a 410, whichever it is: the
 * remedy is the same (a beat without session), and nobody learns of others' sessions.
 */
public final class BeatRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(BeatRoutes.class);
    private static final String BEAT = "/v1/streams/:stream/beat";
    private static final String SESSION = BEAT + "/:session";
    private static final int MOST_BODY_BYTES = 1_024;
    /** Two beats may be lost before the session's time is over. */
    private static final long NEXT_BEAT_MILLIS = BeatStore.TTL_MILLIS / 3;

    private static final int RETRY_SECONDS = 2;

    private final HeadcountConfig config;
    private final BeatStore store;
    private final StreamEnds ends;
    private final Authenticator auth;
    private final SharedClock clock;
    private final Consumer<Count> changed;
    private final BeatSessions sessions;
    private final Origins origins;

    /** @param changed is told counts, for the stream's owner */
    public BeatRoutes(
            HeadcountConfig config,
            BeatStore store,
            StreamEnds ends,
            Authenticator auth,
            SharedClock clock,
            Consumer<Count> changed) {
        this.config = config;
        this.store = store;
        this.ends = ends;
        this.auth = auth;
        this.clock = clock;
        this.changed = changed;
        this.origins = new Origins(config.webSocket().allowedOrigins());
        List<String> keys = config.auth().sessionKeys();
        this.sessions = keys.isEmpty() ? null : new BeatSessions(keys);
    }

    void mount(RouteTable table, Function<String, Future<Void>> known) {
        table.addWithBody(
                HttpMethod.POST,
                BEAT,
                BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES),
                context -> beat(context, known));
        table.add(HttpMethod.DELETE, SESSION, this::leave);
        table.add(HttpMethod.OPTIONS, BEAT, context -> preflight(context, "POST"));
        table.add(HttpMethod.OPTIONS, SESSION, context -> preflight(context, "DELETE"));
    }

    /** A browser asks whether a page of another site may send what it is about to send. */
    private Future<JsonObject> preflight(RoutingContext context, String method) {
        requireOrigin(context);
        context.response()
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, method)
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type")
                .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "600");
        return Future.succeededFuture();
    }

    /** As for a handshake: pages of other sites bring no viewers, unless they are on the list. */
    private void requireOrigin(RoutingContext context) {
        MultiMap headers = context.request().headers();
        String host = headers.get(HttpHeaders.HOST);
        List<String> given = headers.getAll(HttpHeaders.ORIGIN);
        if (!origins.allow(given, host == null ? "" : host)) {
            throw Problem.forbidden("This origin is not allowed here (websocket.allowedOrigins).");
        }
        if (!given.isEmpty()) {
            context.response().putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, given.get(0));
            context.response().putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        }
    }

    private Future<JsonObject> beat(RoutingContext context, Function<String, Future<Void>> known) {
        requireOrigin(context);
        String stream = Requests.stream(context);
        String session = givenSession(context);
        requireKeys();
        return who(context, stream, session == null)
                .compose(identity -> known.apply(stream).map(identity))
                .compose(identity -> beat(stream, identity.user(), session));
    }

    private Future<JsonObject> beat(String stream, String user, String given) {
        // Where nobody can be asked it goes on: the next beat asks again.
        return ends.ended(stream)
                .otherwise(false)
                .compose(ended -> ended ? ended(stream, user, given) : beatOn(stream, user, given));
    }

    private Future<JsonObject> ended(String stream, String user, String given) {
        Problem over = Problem.gone("The stream has ended.");
        if (given == null || sessions.issuedAtMillis(given, stream, user, clock.nowMillis()) < 0) {
            throw over;
        }
        return reached(store.end(stream, given, user)).compose(count -> {
            changed.accept(count);
            return Future.failedFuture(over);
        });
    }

    private Future<JsonObject> beatOn(String stream, String user, String given) {
        long now = clock.nowMillis();
        String session = given == null ? sessions.issue(stream, user, now) : given;
        long issuedAt = issuedAt(session, stream, user);
        int mostTabs = config.limits().maxSessionsPerUser();
        return reached(store.beat(new Beating(stream, session, user, issuedAt, mostTabs)))
                .map(beaten -> answer(session, beaten));
    }

    private JsonObject answer(String session, Beaten beaten) {
        if (beaten.outcome() == Outcome.ENDED) {
            throw gone();
        } else if (beaten.outcome() == Outcome.TOO_MANY) {
            throw Problem.tooMany("This user has all the sessions on this stream that one may have.", 10);
        }
        changed.accept(beaten.count());
        return new JsonObject()
                .put("session", session)
                .put("viewers", beaten.count().viewers())
                .put("nextBeatMillis", NEXT_BEAT_MILLIS);
    }

    private Future<JsonObject> leave(RoutingContext context) {
        requireOrigin(context);
        String stream = Requests.stream(context);
        String session = context.pathParam("session");
        if (!Ids.valid(session)) {
            throw Problem.badRequest("The session must be one that a beat answered.");
        }
        requireKeys();
        return who(context, stream, false).compose(identity -> {
            issuedAt(session, stream, identity.user());
            return reached(store.end(stream, session, identity.user()))
                    .onSuccess(changed::accept)
                    .mapEmpty();
        });
    }

    private long issuedAt(String session, String stream, String user) {
        long issuedAt = sessions.issuedAtMillis(session, stream, user, clock.nowMillis());
        if (issuedAt < 0) {
            throw gone();
        }
        return issuedAt;
    }

    private static Problem gone() {
        return Problem.gone("There is no such session any more: begin one with a beat without session.");
    }

    private void requireKeys() {
        if (sessions == null) {
            throw Problem.unavailable("Sessions cannot be signed: set auth.cookieKeys, the same on every node.", 0);
        }
    }

    /** The same identity as a handshake's; a session that goes on does not spend a one-time token. */
    private Future<Identity> who(RoutingContext context, String stream, boolean first) {
        var headers = context.request().headers();
        var query = context.queryParams();
        Future<Identity> identity =
                first ? auth.identify(headers, query, stream) : auth.recognize(headers, query, stream);
        return identity.onSuccess(known -> {
                    if (known.setCookie() != null) {
                        context.response().headers().add("Set-Cookie", known.setCookie());
                    }
                })
                .recover(failure -> {
                    if (failure instanceof Denial denial) {
                        if (denial.header() != null) {
                            context.response().putHeader(denial.header(), denial.headerValue());
                        }
                        return Future.failedFuture(Problem.of(denial));
                    }
                    return Future.failedFuture(failure);
                });
    }

    private static <T> Future<T> reached(Future<T> call) {
        return call.recover(failure -> {
            LOG.debug("a beat could not be written; see whether Redis is up", failure);
            return Future.failedFuture(
                    Problem.unavailable("The live counts (Redis) are out of reach. Try again.", RETRY_SECONDS));
        });
    }

    /** {@code null} where none is given. */
    private static String givenSession(RoutingContext context) {
        if (context.body().length() <= 0) {
            return null;
        }
        JsonObject body;
        try {
            body = context.body().asJsonObject();
        } catch (DecodeException | ClassCastException e) {
            body = null;
        }
        if (body == null || !List.of("session").containsAll(body.fieldNames())) {
            throw Problem.badRequest("The body must be a JSON object, {} or {\"session\":\"…\"}.");
        }
        Object session = body.getValue("session");
        if (session == null) {
            return null;
        }
        if (!(session instanceof String id) || !Ids.valid(id)) {
            throw Problem.badRequest("The session must be one that a beat answered.");
        }
        return id;
    }
}
