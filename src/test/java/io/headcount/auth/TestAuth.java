package io.headcount.auth;

import io.headcount.config.ConfigException;
import io.headcount.config.HeadcountConfig;
import io.headcount.store.UsedTokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** An authenticator with a clock that stands still until it is moved. */
final class TestAuth implements AutoCloseable {
    static final long NOW_SECONDS = 1_800_000_000L;

    final AtomicLong nowMillis = new AtomicLong(NOW_SECONDS * 1000);
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Map<String, Long> used = new ConcurrentHashMap<>();
    private final Vertx vertx = Vertx.vertx();
    final Authenticator auth;
    /** How the memory of used tokens is: at hand, slow or out of reach. */
    volatile Future<Void> answer = Future.succeededFuture();

    /** Settings of {@code auth} are key, value, key, value. */
    TestAuth(Object... settings) {
        Map<String, Object> tree = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            tree.put(settings[i].toString(), settings[i + 1]);
        }
        UsedTokens memory =
                (id, lifeMillis) -> answer.compose(reached -> Future.succeededFuture(used.put(id, lifeMillis) == null));
        try {
            HeadcountConfig config = HeadcountConfig.read(Map.of("auth", tree), Map.of());
            auth = await(Authenticator.start(vertx, config.auth(), Path.of(""), memory, meters, nowMillis::get));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        } catch (RuntimeException e) {
            await(vertx.close());
            throw e;
        }
    }

    void passMillis(long millis) {
        nowMillis.addAndGet(millis);
    }

    /** Who is behind a token for the stream {@code 42}. */
    Identity identify(String token) {
        return await(auth.identify(bearer(token), query(), "42"));
    }

    /** Why nobody is. */
    Denial deny(String token) {
        return denial(auth.identify(bearer(token), query(), "42"));
    }

    static Denial denial(Future<Identity> future) {
        try {
            throw new AssertionError("let in: " + await(future));
        } catch (CompletionException e) {
            return (Denial) e.getCause();
        }
    }

    double count(String meter, String... tags) {
        var counter = meters.find(meter).tags(tags).counter();
        return counter == null ? 0 : counter.count();
    }

    static MultiMap bearer(String token) {
        return headers("Authorization", "Bearer " + token);
    }

    /** Names and values in turn. */
    static MultiMap headers(String... entries) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < entries.length; i += 2) {
            headers.add(entries[i], entries[i + 1]);
        }
        return headers;
    }

    static MultiMap query(String... entries) {
        return headers(entries);
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        auth.close();
        await(vertx.close());
    }
}
