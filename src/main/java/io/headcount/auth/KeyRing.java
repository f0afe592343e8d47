package io.headcount.auth;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys in force, from all sources, loaded again periodically and when a token names an unknown key, but not more
 * often than {@code auth.keysRetryMillis} for that: anybody can write such a token. A source that cannot be loaded keeps
 * the keys it gave last.
 *
 * <p>Any thread.
 */
final class KeyRing {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);
    /** Nodes that were started together do not ask together for ever: up to a tenth earlier. */
    private static final int JITTER = 10;

    private final Vertx vertx;
    private final List<KeySource> sources;
    private final long refreshMillis;
    private final long retryMillis;
    private final AuthMetrics metrics;
    private final Map<KeySource, Set<VerificationKey>> loaded = new HashMap<>();
    private volatile State state = new State(KeySet.EMPTY, 0);
    private volatile boolean closed;
    private Future<Void> running;
    private long beganNanos;
    private volatile long timer = -1;

    /**
     * Keys and how often keys were taken away so far: what was verified by an earlier generation may have been by a key
     * that is none any more.
     */
    record State(KeySet keys, int generation) {}

    KeyRing(
            Vertx vertx,
            List<KeySource> sources,
            Set<VerificationKey> fixed,
            long refreshMillis,
            long retryMillis,
            AuthMetrics metrics) {
        this.vertx = vertx;
        this.sources = List.copyOf(sources);
        this.refreshMillis = refreshMillis;
        this.retryMillis = retryMillis;
        this.metrics = metrics;
        loaded.put(null, fixed);
        apply();
    }

    /** Loads everything once; fails when a source that may not come later cannot be used. */
    Future<Void> start() {
        List<Future<?>> first = new ArrayList<>();
        for (KeySource source : sources) {
            first.add(load(source).recover(failure -> {
                if (source.mayComeLater()) {
                    return Future.succeededFuture();
                }
                return Future.failedFuture(source.name() + " cannot be used: " + failure.getMessage());
            }));
        }
        beganNanos = System.nanoTime();
        return Future.join(first).<Void>mapEmpty().onSuccess(done -> {
            apply();
            arm();
        });
    }

    State state() {
        return state;
    }

    /** What is missing for good operation; {@code null} for nothing. */
    synchronized String missing() {
        for (KeySource source : sources) {
            if (!loaded.containsKey(source)) {
                return "no keys yet from " + source.name() + "; is it reachable from here?";
            }
        }
        return null;
    }

    /**
     * Looks whether there are new keys, unless that was done a moment ago. Completes on any thread, and never fails: the
     * keys in force afterwards are {@link #state}.
     */
    Future<Void> refresh() {
        return refresh(retryMillis);
    }

    void close() {
        closed = true;
        vertx.cancelTimer(timer);
        sources.forEach(KeySource::close);
    }

    private Future<Void> refresh(long atLeastSinceMillis) {
        Promise<Void> promise = Promise.promise();
        synchronized (this) {
            if (running != null) {
                return running;
            }
            long now = System.nanoTime();
            if (now - beganNanos < TimeUnit.MILLISECONDS.toNanos(atLeastSinceMillis)) {
                return Future.succeededFuture();
            }
            beganNanos = now;
            running = promise.future();
        }
        List<Future<?>> loads = new ArrayList<>();
        sources.forEach(source -> loads.add(load(source)));
        var unused = Future.join(loads).onComplete(done -> {
            synchronized (this) {
                running = null;
            }
            apply();
            promise.complete();
        });
        return promise.future();
    }

    private Future<Void> load(KeySource source) {
        return source.load()
                .<Void>map(keys -> {
                    synchronized (this) {
                        Set<VerificationKey> before = loaded.put(source, keys);
                        metrics.refreshed(keys.equals(before) ? "unchanged" : "changed");
                    }
                    return null;
                })
                .onFailure(failure -> {
                    metrics.refreshed("failed");
                    LOG.warn(
                            "keys could not be loaded, those of before stay; check it: {} reason={}",
                            source.name(),
                            failure.getMessage());
                });
    }

    private synchronized void apply() {
        Set<VerificationKey> all = new HashSet<>();
        loaded.values().forEach(all::addAll);
        KeySet keys = new KeySet(all);
        State before = state;
        boolean lost = !before.keys.isWithin(keys);
        state = new State(keys, before.generation + (lost ? 1 : 0));
        if (lost) {
            metrics.rotatedAway();
        }
        if (keys.size() != before.keys.size() || lost) {
            LOG.info("keys to verify tokens with changed keys={} removed={}", keys.size(), lost);
        }
    }

    private void arm() {
        if (closed || sources.isEmpty()) {
            return;
        }
        long wait = missing() == null ? refreshMillis : Math.min(refreshMillis, retryMillis);
        long jitter = ThreadLocalRandom.current().nextLong(wait / JITTER + 1);
        timer = vertx.setTimer(Math.max(1, wait - jitter), fired -> {
            var unused = refresh(0).onComplete(done -> arm());
        });
    }
}
