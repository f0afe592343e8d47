package io.headcount.gateway;

import io.headcount.config.PushConfig;
import io.headcount.model.Count;
import io.headcount.model.Mode;
import io.headcount.protocol.ServerMessage.CountUpdate;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Counts to sockets: which are to be told. A count is encoded once a stream; {@link Walks} take it to the sockets.
 */
final class FanOut {
    /** Age from which a count is degraded. */
    static final int STALE_MILLIS = 5_000;

    /** Silence of the owners after which this node reads for itself. */
    static final int OWNERLESS_MILLIS = 3_000;

    /** Age from which an older count is taken all the same: Redis went back in time, or has another master. */
    private static final int REGRESSION_MILLIS = 1_000;

    private final Loop loop;
    private final ByteBufAllocator allocator;
    private final Walks walks;
    private final GatewayMetrics metrics;
    private final int forwardAfterMillis;
    private final int intervalMillis;
    private volatile int longestMillis;
    private boolean live = true;

    FanOut(Loop loop, ByteBufAllocator allocator, Walks walks, GatewayMetrics metrics, PushConfig config) {
        this.loop = loop;
        this.allocator = allocator;
        this.walks = walks;
        this.metrics = metrics;
        // Owners keep the interval; a quarter is left for the jitter between two of them.
        this.forwardAfterMillis = config.lifeSignMillis() * 3 / 4;
        this.longestMillis = config.intervalMillis();
        this.intervalMillis = config.intervalMillis();
        metrics.pushInterval(() -> longestMillis);
    }

    /** The mode in which a count is shown now. */
    Mode shown(Mode mode) {
        return live ? mode : Mode.DEGRADED;
    }

    /** A count from an owner, or ({@code fromOwner} false) one that this node read. */
    void accept(Audience audience, Count count, boolean fromOwner) {
        long now = loop.nowMillis();
        if (fromOwner) {
            audience.ownerHeardAtMillis = now;
        }
        if (!acceptable(audience, count, now)) {
            return;
        }
        audience.last = count;
        audience.acceptedAtMillis = now;
        if (audience.pushedMode == null
                || count.viewers() != audience.pushedViewers
                || shown(count.mode()) != audience.pushedMode
                || now - audience.pushedAtMillis >= forwardAfterMillis) {
            push(audience, shown(count.mode()));
        }
    }

    private static boolean acceptable(Audience audience, Count count, long now) {
        Count last = audience.last;
        return last == null
                || count.newerThan(last)
                || now - audience.acceptedAtMillis > REGRESSION_MILLIS
                || (!last.newerThan(count) && last.mode() != count.mode());
    }

    /** Takes a count for the welcomes of a stream that has none; everybody else hears from the owner. */
    void seed(Audience audience, Count count) {
        if (audience.last == null) {
            audience.last = count;
            audience.acceptedAtMillis = loop.nowMillis();
        }
    }

    /** Whether this node reaches Redis; when not, nothing is exact. */
    void health(boolean nowLive, Collection<Audience> audiences) {
        live = nowLive;
        if (!nowLive) {
            audiences.forEach(this::degrade);
        }
    }

    /** Once a second: degrades what is old, and sees which interval is the longest. */
    void age(Collection<Audience> audiences) {
        long now = loop.nowMillis();
        int longest = intervalMillis;
        for (Audience audience : audiences) {
            longest = Math.max(longest, walks.stretchedMillis(audience));
            if (now - audience.acceptedAtMillis > STALE_MILLIS) {
                degrade(audience);
            }
        }
        longestMillis = longest;
    }

    /** Streams whose owner is silent, at most so many. */
    List<String> ownerless(Collection<Audience> audiences, int most) {
        long now = loop.nowMillis();
        List<String> streams = new ArrayList<>();
        for (Audience audience : audiences) {
            if (streams.size() < most && now - audience.ownerHeardAtMillis > OWNERLESS_MILLIS) {
                streams.add(audience.stream);
            }
        }
        return streams;
    }

    private void degrade(Audience audience) {
        if (audience.last != null && audience.pushedMode != Mode.DEGRADED) {
            push(audience, Mode.DEGRADED);
        }
    }

    private void push(Audience audience, Mode mode) {
        Count count = audience.last;
        audience.pushedAtMillis = loop.nowMillis();
        audience.pushedViewers = count.viewers();
        audience.pushedMode = mode;
        metrics.pushed();
        walks.begin(audience, Frames.text(allocator, message(audience, mode)));
    }

    /** The newest count of a stream as a message. */
    CountUpdate message(Audience audience, Mode mode) {
        Count count = audience.last;
        return new CountUpdate(
                audience.stream, count.viewers(), count.asOfMillis(), mode, walks.stretchedMillis(audience));
    }
}
