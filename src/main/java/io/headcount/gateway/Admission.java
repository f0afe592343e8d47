package io.headcount.gateway;

import io.headcount.config.HeadcountConfig;
import io.headcount.config.LimitsConfig;
import io.headcount.gateway.AddressTable.Tally;
import io.headcount.gateway.AddressTable.Verdict;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whom the node lets in: one a node, for all its event loops.
 *
 * <p>First what is the client's own doing (its address' sockets and pace: 429), so that one that comes too often takes
 * nothing from the others; then what the node can take (sockets, and a token bucket of handshakes: 503). Those who are
 * refused by the bucket form a queue in thought: each is told to come back when it would be its turn, and a little later
 * by chance, so that a storm of reconnecting viewers comes back spread at the pace at which they are let in.
 */
final class Admission {
    /** The longest that anybody is told to wait. */
    static final int MOST_RETRY_SECONDS = 30;

    private static final int JITTER_SECONDS = 3;
    private static final int FULL_RETRY_SECONDS = 5;

    private final int maxSockets;
    private final ClientAddress clientAddress;
    private final AddressTable addresses;
    private final Rate rate;
    private final GatewayMetrics metrics;
    private final AtomicInteger sockets;
    private final AtomicLong fullAtNanos = new AtomicLong(System.nanoTime());
    private final AtomicLong queueEndNanos = new AtomicLong(System.nanoTime());

    /** @param sockets open sockets of the node */
    Admission(HeadcountConfig config, GatewayMetrics metrics, MeterRegistry meters, AtomicInteger sockets) {
        LimitsConfig limits = config.limits();
        this.maxSockets = limits.maxSockets();
        this.clientAddress = new ClientAddress(config.edge().trustedProxies());
        this.addresses = AddressTable.wanted(limits) ? new AddressTable(limits) : null;
        this.rate = new Rate(limits.maxHandshakesPerSecond(), limits.maxHandshakesPerSecond());
        this.metrics = metrics;
        this.sockets = sockets;
        if (addresses != null) {
            Gauge.builder("headcount.gateway.addresses", addresses, AddressTable::size)
                    .description("Client addresses that are remembered for their limits")
                    .register(meters);
        }
    }

    /**
     * Takes a place for a socket. From any thread.
     *
     * @param peer the connection's other end
     * @param forwardedFor the lines of {@code X-Forwarded-For}
     * @return to be handed back to {@link #leave}, once; {@code null} where addresses are not limited
     */
    Tally enter(InetAddress peer, List<String> forwardedFor, long nowNanos) throws Refusal {
        Tally tally = null;
        if (addresses != null) {
            Verdict verdict = addresses.enter(clientAddress.of(peer, forwardedFor), nowNanos);
            if (verdict.refusedBy() != null) {
                throw tooMany(verdict.refusedBy());
            }
            tally = verdict.tally();
        }
        if (sockets.incrementAndGet() > maxSockets) {
            leave(tally);
            metrics.limited(Limit.SOCKETS);
            throw Refusal.unavailable(
                    "this node has all the viewers it can take", FULL_RETRY_SECONDS + jitter(FULL_RETRY_SECONDS));
        }
        if (!take(nowNanos)) {
            leave(tally);
            metrics.limited(Limit.HANDSHAKES);
            throw Refusal.unavailable("too many come at once", retrySeconds(nowNanos));
        }
        return tally;
    }

    /** Lets a request pass that is to come no more often than handshakes, and takes no place. From any thread. */
    void pass(InetAddress peer, List<String> forwardedFor, long nowNanos) throws Refusal {
        leave(enter(peer, forwardedFor, nowNanos));
    }

    /** A socket that was let in, or a handshake that failed later, has gone. From any thread. */
    void leave(Tally tally) {
        sockets.decrementAndGet();
        if (tally != null) {
            addresses.leave(tally, System.nanoTime());
        }
    }

    /** Periodic, by each event loop for its part: old addresses are forgotten. */
    void expire(int part, int parts) {
        if (addresses != null) {
            addresses.expire(part, parts, System.nanoTime());
        }
    }

    private Refusal tooMany(Limit limit) {
        metrics.limited(limit);
        return limit == Limit.SOCKETS_PER_ADDRESS
                ? Refusal.tooMany("this address has all the viewers it may have", 10 + jitter(10))
                : Refusal.tooMany("this address comes too often", 1 + jitter(JITTER_SECONDS));
    }

    private boolean take(long nowNanos) {
        while (true) {
            long fullAt = fullAtNanos.get();
            long next = rate.take(fullAt, nowNanos);
            if (next == Rate.REFUSED) {
                return false;
            }
            if (fullAtNanos.compareAndSet(fullAt, next)) {
                return true;
            }
        }
    }

    private int retrySeconds(long nowNanos) {
        long most = TimeUnit.SECONDS.toNanos(MOST_RETRY_SECONDS - JITTER_SECONDS);
        while (true) {
            long end = queueEndNanos.get();
            long wait = Math.max(end - nowNanos, 0) + rate.intervalNanos();
            if (wait > most) {
                // Longer than a client should be sent away for: the second half of it, by chance.
                return MOST_RETRY_SECONDS / 2 + jitter(MOST_RETRY_SECONDS / 2);
            }
            if (queueEndNanos.compareAndSet(end, nowNanos + wait)) {
                return 1 + (int) TimeUnit.NANOSECONDS.toSeconds(wait) + jitter(JITTER_SECONDS - 1);
            }
        }
    }

    /** 0 to {@code most}. */
    private static int jitter(int most) {
        return ThreadLocalRandom.current().nextInt(most + 1);
    }
}
