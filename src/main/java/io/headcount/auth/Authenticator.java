package io.headcount.auth;

import io.headcount.config.AuthConfig;
import io.headcount.model.Ids;
import io.headcount.store.UsedTokens;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;

/**
 * Says who is behind a request. Of what a request offers the first counts, and a bad one is refused even where a later
 * one would do: in mode {@code open} {@code ?user=}; a token ({@code Authorization: Bearer}, subprotocol {@code
 * bearer.TOKEN}, {@code ?token=}); where {@code auth.anonymous} is on, the device's cookie, which is made where there is
 * none.
 *
 * <p>To be called on event loops, many at a time; results come on the caller's context.
 */
public final class Authenticator {
    private final AuthConfig config;

    private Authenticator(AuthConfig config) {
        this.config = config;
    }

    /**
     * Loads the keys.
     *
     * @param folder that {@code auth.keysFile} is relative to
     * @param usedTokens remembers one-time tokens; may be {@code null} where there are none
     * @return fails, saying what to do, when the keys' file cannot be used; a URL out of reach is no failure, see
     *     {@link #missing}
     */
    public static Future<Authenticator> start(
            Vertx vertx, AuthConfig config, Path folder, UsedTokens usedTokens, MeterRegistry meters) {
        return Future.succeededFuture(new Authenticator(config));
    }

    /**
     * Who begins to watch. Spends a one-time token.
     *
     * @param headers of the request
     * @param query its parameters, decoded
     * @param stream that is to be watched; {@code null} where it is none or several: then the caller looks at {@link
     *     Identity#stream}
     * @return fails with a {@link Denial}, and with nothing else
     */
    public Future<Identity> identify(MultiMap headers, MultiMap query, String stream) {
        return byName(query);
    }

    /** The same for a request that goes on with what an identified one began: it does not spend a one-time token. */
    public Future<Identity> recognize(MultiMap headers, MultiMap query, String stream) {
        return byName(query);
    }

    /** What is missing until tokens can be checked, for readiness; {@code null} for nothing. */
    public String missing() {
        return null;
    }

    /**
     * The {@code Set-Cookie} for a page that is about to open sockets, so that its first tabs have the cookie before they
     * do; {@code null} when the browser has a good one, and where {@code auth.anonymous} is off.
     */
    public String deviceCookie(MultiMap headers) {
        return null;
    }

    /** Whether viewers may come without a name or a token. */
    public boolean anonymous() {
        return config.anonymous();
    }

    /** Ends the periodic work. */
    public void close() {}

    private static Future<Identity> byName(MultiMap query) {
        List<String> users = query.getAll("user");
        if (users.size() != 1 || !Ids.valid(users.get(0))) {
            return Future.failedFuture(Denial.badRequest("the parameter user must be " + Ids.RULE + ", once"));
        }
        return Future.succeededFuture(Identity.named(users.get(0)));
    }
}
