package io.headcount.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.headcount.config.AuthConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Verifies tokens and remembers the verdict of good ones until they expire. HS256 and RS256 are verified where it is
 * called, ES256 on a few threads of its own; what has to wait for those, or for keys, is bounded in number.
 */
final class TokenVerifier {
    /** Of a token without an end. */
    private static final Duration LONGEST_MEMORY = Duration.ofHours(1);

    private final VertxInternal vertx;
    private final AuthConfig.Tokens rules;
    private final KeyRing ring;
    private final AuthMetrics metrics;
    private final LongSupplier epochMillis;
    private final WorkerExecutor workers;
    private final AtomicInteger pending = new AtomicInteger();
    private final Cache<TokenHash, Verdict> verdicts;

    /** That a token was good, as long as no key is taken away (see {@link KeyRing.State}) and its time lasts. */
    private record Verdict(Claims claims, int generation) {}

    TokenVerifier(Vertx vertx, AuthConfig.Tokens rules, KeyRing ring, AuthMetrics metrics, LongSupplier epochMillis) {
        this.vertx = (VertxInternal) vertx;
        this.rules = rules;
        this.ring = ring;
        this.metrics = metrics;
        this.epochMillis = epochMillis;
        this.workers = vertx.createSharedWorkerExecutor(
                "headcount-auth", Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        this.verdicts = Caffeine.newBuilder()
                .maximumSize(rules.maxCached())
                .expireAfter(Expiry.<TokenHash, Verdict>creating((hash, verdict) -> memory(verdict.claims)))
                // Its housekeeping is short, and the common pool has no business here.
                .executor(Runnable::run)
                .build();
        metrics.observe(pending::get, () -> ring.state().keys().size(), verdicts::estimatedSize);
    }

    /** What a token says; fails with a {@link Denial}. */
    Future<Claims> verify(String token) {
        KeyRing.State state = ring.state();
        TokenHash hash = TokenHash.of(token);
        Verdict known = verdicts.getIfPresent(hash);
        if (known != null && known.generation == state.generation()) {
            metrics.hit();
            return Future.succeededFuture(known.claims).map(this::inTime);
        }
        UnverifiedToken parsed = UnverifiedToken.parse(token);
        return verdict(parsed, state)
                .recover(
                        failure -> mayBeOfNewKey(parsed, state, failure) ? again(parsed) : Future.failedFuture(failure))
                .map(verdict -> {
                    verdicts.put(hash, verdict);
                    return verdict.claims;
                });
    }

    /** Runs what may wait, if not too much waits already. */
    <T> Future<T> bounded(Supplier<Future<T>> work) {
        if (pending.incrementAndGet() > rules.maxPending()) {
            pending.decrementAndGet();
            return Future.failedFuture(Rejection.BUSY.denial());
        }
        return work.get().onComplete(done -> pending.decrementAndGet());
    }

    void close() {
        var unused = workers.close();
    }

    private Future<Verdict> verdict(UnverifiedToken token, KeyRing.State state) {
        List<VerificationKey> keys = state.keys().candidates(token.algorithm(), token.keyId());
        if (keys.isEmpty()) {
            return Future.failedFuture(
                    (state.keys().knows(token.keyId()) ? Rejection.ALGORITHM : Rejection.UNKNOWN_KEY).denial());
        }
        Callable<Verdict> work = () -> new Verdict(judge(token, keys), state.generation());
        if (token.algorithm().quick()) {
            try {
                return Future.succeededFuture(work.call());
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        }
        return bounded(() -> workers.executeBlocking(work, false));
    }

    private Claims judge(UnverifiedToken token, List<VerificationKey> keys) {
        long began = System.nanoTime();
        boolean verified = keys.stream().anyMatch(key -> key.verifies(token));
        metrics.verified(token.algorithm(), System.nanoTime() - began);
        if (!verified) {
            throw Rejection.SIGNATURE.denial();
        }
        JsonNode json = token.claims();
        Claims.requireBegun(json, epochMillis.getAsLong(), rules);
        return inTime(Claims.read(json, rules));
    }

    private boolean mayBeOfNewKey(UnverifiedToken token, KeyRing.State state, Throwable failure) {
        return failure == Rejection.UNKNOWN_KEY.denial()
                || (failure == Rejection.SIGNATURE.denial()
                        && token.keyId() != null
                        && !state.keys().knows(token.keyId()));
    }

    /** Looks for new keys and tries once more. */
    private Future<Verdict> again(UnverifiedToken token) {
        return bounded(() -> {
                    Promise<Void> here = vertx.promise();
                    ring.refresh().onComplete(here);
                    return here.future();
                })
                .compose(looked -> verdict(token, ring.state()))
                .recover(failure -> {
                    boolean loading = failure == Rejection.UNKNOWN_KEY.denial() && ring.missing() != null;
                    return Future.failedFuture(loading ? Rejection.LOADING.denial() : failure);
                });
    }

    private Claims inTime(Claims claims) {
        claims.requireNotExpired(epochMillis.getAsLong(), rules);
        return claims;
    }

    private Duration memory(Claims claims) {
        if (claims.expiresAtMillis() == 0) {
            return LONGEST_MEMORY;
        }
        long left = claims.expiresAtMillis() + rules.leewayMillis() - epochMillis.getAsLong();
        return Duration.ofMillis(Math.max(1, left));
    }
}
