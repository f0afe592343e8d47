package io.headcount.auth;

import io.headcount.config.AuthConfig;
import io.headcount.model.Ids;
import io.headcount.store.UsedTokens;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says who is behind a request. Of what a request offers the first counts, and a bad one is refused even where a later
 * one would do: in mode {@code open} {@code ?user=}; a token ({@code Authorization: Bearer}, subprotocol {@code
 * bearer.TOKEN}, {@code ?token=}); where {@code auth.anonymous} is on, the device's cookie, which is made where there is
 * none.
 *
 * <p>To be called on event loops, many at a time; results come on the caller's context.
 */
public final class Authenticator {
    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);

    private final AuthConfig config;
    private final UsedTokens usedTokens;
    private final LongSupplier epochMillis;
    private final AuthMetrics metrics;
    private final KeyRing ring;
    private final TokenVerifier verifier;
    private final DeviceCookies devices;

    private Authenticator(
            Vertx vertx,
            AuthConfig config,
            KeyRing ring,
            UsedTokens usedTokens,
            AuthMetrics metrics,
            LongSupplier epochMillis) {
        this.config = config;
        this.usedTokens = usedTokens;
        this.epochMillis = epochMillis;
        this.metrics = metrics;
        this.ring = ring;
        this.verifier = new TokenVerifier(vertx, config.tokens(), ring, metrics, epochMillis);
        this.devices = new DeviceCookies(config.cookies(), metrics, epochMillis);
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
        return start(vertx, config, folder, usedTokens, meters, System::currentTimeMillis);
    }

    /** With a clock of one's own. */
    static Future<Authenticator> start(
            Vertx vertx,
            AuthConfig config,
            Path folder,
            UsedTokens usedTokens,
            MeterRegistry meters,
            LongSupplier epochMillis) {
        AuthConfig.Tokens tokens = config.tokens();
        AuthMetrics metrics = new AuthMetrics(meters);
        List<KeySource> sources = new ArrayList<>();
        if (!tokens.keysFile().isEmpty()) {
            sources.add(new FileKeys(vertx, folder.resolve(tokens.keysFile())));
        }
        if (!tokens.keysUrl().isEmpty()) {
            sources.add(new UrlKeys(vertx, tokens.keysUrl()));
        }
        KeyRing ring;
        try {
            ring = new KeyRing(
                    vertx, sources, secret(tokens), tokens.keysRefreshMillis(), tokens.keysRetryMillis(), metrics);
        } catch (KeyException e) {
            return Future.failedFuture("auth.secret cannot be used: " + e.getMessage());
        }
        Authenticator made = new Authenticator(vertx, config, ring, usedTokens, metrics, epochMillis);
        return ring.start().map(made).onFailure(failure -> made.close());
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
        return judge(headers, query, stream, config.tokens().oneTime());
    }

    /** The same for a request that goes on with what an identified one began: it does not spend a one-time token. */
    public Future<Identity> recognize(MultiMap headers, MultiMap query, String stream) {
        return judge(headers, query, stream, false);
    }

    /** What is missing until tokens can be checked, for readiness; {@code null} for nothing. */
    public String missing() {
        return ring.missing();
    }

    /**
     * The {@code Set-Cookie} for a page that is about to open sockets, so that its first tabs have the cookie before they
     * do; {@code null} when the browser has a good one, and where {@code auth.anonymous} is off.
     */
    public String deviceCookie(MultiMap headers) {
        return config.anonymous() ? devices.offer(headers) : null;
    }

    /** How viewers may be known: by {@code name}, {@code token}, {@code device}. */
    public List<String> ways() {
        List<String> ways = new ArrayList<>();
        if (config.mode() == AuthConfig.Mode.OPEN) {
            ways.add("name");
        }
        if (config.tokens().configured()) {
            ways.add("token");
        }
        if (config.anonymous()) {
            ways.add("device");
        }
        return ways;
    }

    /** Ends the periodic work. */
    public void close() {
        ring.close();
        verifier.close();
    }

    private Future<Identity> judge(MultiMap headers, MultiMap query, String stream, boolean spend) {
        boolean open = config.mode() == AuthConfig.Mode.OPEN;
        try {
            if (open && query.contains("user")) {
                return Future.succeededFuture(Identity.named(user(query)));
            }
            String token = Bearer.of(headers, query);
            if (token != null) {
                return byToken(token, stream, spend)
                        .recover(failure -> Future.failedFuture(counted(denial(failure))))
                        .onSuccess(known -> metrics.accepted());
            }
            if (config.anonymous()) {
                return Future.succeededFuture(devices.identify(headers));
            }
            return Future.failedFuture(open ? noUser() : counted(Rejection.MISSING.denial()));
        } catch (Denial denial) {
            return Future.failedFuture(counted(denial));
        }
    }

    private static String user(MultiMap query) {
        List<String> users = query.getAll("user");
        if (users.size() != 1 || !Ids.valid(users.get(0))) {
            throw noUser();
        }
        return users.get(0);
    }

    private static Denial noUser() {
        return Denial.badRequest("the parameter user must be " + Ids.RULE + ", once");
    }

    private Future<Identity> byToken(String token, String stream, boolean spend) {
        if (!config.tokens().configured()) {
            return Future.failedFuture(Rejection.NO_KEYS.denial());
        }
        Future<Claims> verified;
        try {
            verified = verifier.verify(token);
        } catch (Denial denial) {
            return Future.failedFuture(denial);
        }
        return verified.compose(claims -> {
            if (stream != null && claims.stream() != null && !claims.stream().equals(stream)) {
                return Future.failedFuture(Rejection.OTHER_STREAM.denial());
            }
            Identity identity = new Identity(claims.user(), claims.expiresAtMillis(), claims.stream(), null);
            return spend ? spend(claims).map(identity) : Future.succeededFuture(identity);
        });
    }

    private Future<Void> spend(Claims claims) {
        long left = claims.expiresAtMillis() + config.tokens().leewayMillis() - epochMillis.getAsLong();
        return verifier.bounded(() -> usedTokens.use(claims.id(), Math.max(1, left)))
                .recover(failure -> {
                    if (failure instanceof Denial) {
                        return Future.failedFuture(failure);
                    }
                    LOG.debug("a one-time token could not be looked up; see whether Redis is up", failure);
                    return Future.failedFuture(Rejection.NO_MEMORY.denial());
                })
                .compose(first -> first ? Future.succeededFuture() : Future.failedFuture(Rejection.USED.denial()));
    }

    private static Denial denial(Throwable failure) {
        if (failure instanceof Denial denial) {
            return denial;
        }
        LOG.error("a token could not be judged; please report this", failure);
        return Rejection.FAILED.denial();
    }

    private Denial counted(Denial denial) {
        Rejection rejection = Rejection.of(denial);
        if (rejection != null) {
            metrics.rejected(rejection);
        }
        return denial;
    }

    private static Set<VerificationKey> secret(AuthConfig.Tokens tokens) throws KeyException {
        return tokens.secret().isEmpty()
                ? Set.of()
                : Set.of(new VerificationKey(
                        null, Algorithm.HS256, Jwks.secret(tokens.secret().getBytes(StandardCharsets.UTF_8))));
    }
}
