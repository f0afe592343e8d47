package io.headcount.gateway;

import io.headcount.config.LimitsConfig;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * How many sockets each client address has, and how fast it comes.
 *
 * <p>One table a node, not one an event loop: a client's connections go to all loops in turn, and a limit that is cut
 * into as many parts would refuse at a part of it. It is striped by address, so that loops meet only where they serve
 * the same stripe at the same moment; a stripe's lock is held for less than a microsecond a handshake. An address
 * without sockets is forgotten as soon as its bucket is full again (two seconds), so what is kept is bounded by the
 * open sockets and {@value #MOST_IDLE} more.
 *
 * <p>IPv6 counts by /64: that is what one household has, and one attacker at least.
 */
final class AddressTable {
    /** Addresses without a socket that are remembered for their handshakes' rate. */
    static final int MOST_IDLE = 65_536;

    /** How many seconds' worth of handshakes may come at once: a page reloaded with all its tabs. */
    private static final int BURST_SECONDS = 2;

    private static final int STRIPES = 64;
    private static final int MOST_IDLE_A_STRIPE = MOST_IDLE / STRIPES;
    /** Before an IPv4 address; as IPv6 it would be a prefix that is nobody's. */
    private static final long V4_PREFIX = 0xFFFFL << 32;

    /** What one address has. Guarded by its stripe. */
    static final class Tally {
        private final long address;
        private int sockets;
        private long fullAtNanos;

        private Tally(long address, long nowNanos) {
            this.address = address;
            this.fullAtNanos = nowNanos;
        }
    }

    /**
     * What becomes of a handshake.
     *
     * @param refusedBy {@code null} when it is let in
     * @param tally to be handed back to {@link #leave}; {@code null} when it is refused
     */
    record Verdict(Limit refusedBy, Tally tally) {}

    private static final Verdict TOO_MANY = new Verdict(Limit.SOCKETS_PER_ADDRESS, null);
    private static final Verdict TOO_FAST = new Verdict(Limit.HANDSHAKES_PER_ADDRESS, null);

    private static final class Stripe {
        private final Map<Long, Tally> tallies = new HashMap<>();
        private int idle;
    }

    private final int maxSockets;
    private final Rate rate;
    private final Stripe[] stripes = new Stripe[STRIPES];

    AddressTable(LimitsConfig limits) {
        maxSockets = limits.maxSocketsPerAddress() == 0 ? Integer.MAX_VALUE : limits.maxSocketsPerAddress();
        int perSecond = limits.maxHandshakesPerSecondPerAddress();
        rate = perSecond == 0 ? null : new Rate(perSecond, perSecond * BURST_SECONDS);
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** Whether any of it is to be limited at all. */
    static boolean wanted(LimitsConfig limits) {
        return limits.maxSocketsPerAddress() > 0 || limits.maxHandshakesPerSecondPerAddress() > 0;
    }

    /** A handshake from an address; takes a place for its socket when it is let in. From any thread. */
    Verdict enter(InetAddress address, long nowNanos) {
        long key = key(address);
        Stripe stripe = stripe(key);
        synchronized (stripe) {
            Tally tally = stripe.tallies.get(key);
            if (tally == null) {
                makeRoom(stripe, nowNanos);
                tally = new Tally(key, nowNanos);
                stripe.tallies.put(key, tally);
                stripe.idle++;
            }
            if (tally.sockets >= maxSockets) {
                return TOO_MANY;
            }
            long fullAt = rate == null ? nowNanos : rate.take(tally.fullAtNanos, nowNanos);
            if (fullAt == Rate.REFUSED) {
                return TOO_FAST;
            }
            tally.fullAtNanos = fullAt;
            if (tally.sockets++ == 0) {
                stripe.idle--;
            }
            return new Verdict(null, tally);
        }
    }

    /** A socket that was let in has gone. From any thread. */
    void leave(Tally tally, long nowNanos) {
        Stripe stripe = stripe(tally.address);
        synchronized (stripe) {
            if (--tally.sockets == 0) {
                stripe.idle++;
                if (tally.fullAtNanos - nowNanos <= 0) {
                    stripe.tallies.remove(tally.address);
                    stripe.idle--;
                }
            }
        }
    }

    /** Periodic: forgets addresses of one part of the table of which nothing needs to be known any more. */
    void expire(int part, int parts, long nowNanos) {
        for (int i = part; i < STRIPES; i += parts) {
            Stripe stripe = stripes[i];
            synchronized (stripe) {
                if (stripe.idle > 0) {
                    expire(stripe, nowNanos);
                }
            }
        }
    }

    /** Addresses that are remembered. */
    int size() {
        int size = 0;
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                size += stripe.tallies.size();
            }
        }
        return size;
    }

    private void makeRoom(Stripe stripe, long nowNanos) {
        if (stripe.idle < MOST_IDLE_A_STRIPE) {
            return;
        }
        expire(stripe, nowNanos);
        // All came within two seconds: half of them are let go, and so may come as fast again.
        Iterator<Tally> all = stripe.tallies.values().iterator();
        while (stripe.idle > MOST_IDLE_A_STRIPE / 2 && all.hasNext()) {
            if (all.next().sockets == 0) {
                all.remove();
                stripe.idle--;
            }
        }
    }

    private static void expire(Stripe stripe, long nowNanos) {
        stripe.tallies.values().removeIf(tally -> {
            boolean over = tally.sockets == 0 && tally.fullAtNanos - nowNanos <= 0;
            stripe.idle -= over ? 1 : 0;
            return over;
        });
    }

    private Stripe stripe(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return stripes[(int) (mixed >>> 58)];
    }

    private static long key(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4
                ? V4_PREFIX | (ByteBuffer.wrap(bytes).getInt() & 0xFFFF_FFFFL)
                : ByteBuffer.wrap(bytes).getLong();
    }
}
