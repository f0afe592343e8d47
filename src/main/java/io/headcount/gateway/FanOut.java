package io.headcount.gateway;

import io.headcount.model.Count;
import io.headcount.model.Mode;
import io.headcount.protocol.ServerMessage.CountUpdate;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Counts to sockets. A count is encoded once a stream; a large audience is served in slices, so that the loop reads and
 * accepts in between. A count that arrives while its stream is being served replaces the frame for those still to be
 * served, and the others get it in a second walk: whatever the load, each socket is at most one walk behind and no
 * queue grows.
 */
final class FanOut {
    /** Sockets served before the loop does something else: at 7-10 microseconds a write some 2 ms. */
    private static final int SLICE = 256;

    /** Age from which a count is degraded. */
    static final int STALE_MILLIS = 5_000;

    /** Silence of the owners after which this node reads for itself. */
    static final int OWNERLESS_MILLIS = 3_000;

    /** Age from which an older count is taken all the same: Redis went back in time, or has another master. */
    private static final int REGRESSION_MILLIS = 1_000;

    private final Loop loop;
    private final ByteBufAllocator allocator;
    private final SlowReaders slow;
    private final GatewayMetrics metrics;
    private final int forwardAfterMillis;
    private final ArrayDeque<Audience> underWay = new ArrayDeque<>();
    private boolean scheduled;
    private boolean live = true;

    FanOut(Loop loop, ByteBufAllocator allocator, SlowReaders slow, GatewayMetrics metrics, int lifeSignMillis) {
        this.loop = loop;
        this.allocator = allocator;
        this.slow = slow;
        this.metrics = metrics;
        // Owners keep the interval; a quarter is left for the jitter between two of them.
        this.forwardAfterMillis = lifeSignMillis * 3 / 4;
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

    /** Once a second: degrades what is old. */
    void age(Collection<Audience> audiences) {
        long now = loop.nowMillis();
        for (Audience audience : audiences) {
            if (now - audience.acceptedAtMillis > STALE_MILLIS) {
                degrade(audience);
            }
        }
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
        boolean underWayAlready = audience.pushing != null;
        if (underWayAlready) {
            audience.pushing.release();
            audience.pushAgain = true;
        } else {
            audience.pushCursor = audience.size();
            underWay.add(audience);
        }
        audience.pushing = Frames.text(allocator, message(audience, mode));
        metrics.pushed();
        if (!scheduled) {
            slice();
        }
    }

    /** The newest count of a stream as a message. */
    static CountUpdate message(Audience audience, Mode mode) {
        Count count = audience.last;
        return new CountUpdate(audience.stream, count.viewers(), count.asOfMillis(), mode);
    }

    private void slice() {
        scheduled = true;
        try {
            int budget = SLICE;
            while (budget > 0 && !underWay.isEmpty()) {
                Audience audience = underWay.peek();
                budget -= serve(audience, budget);
                if (audience.pushCursor == 0) {
                    underWay.poll();
                    finish(audience);
                }
            }
        } finally {
            if (underWay.isEmpty()) {
                scheduled = false;
            } else {
                loop.run(this::slice);
            }
        }
    }

    /** Serves at most {@code budget} sockets; downwards, since a removal moves the last one into the gap. */
    private int serve(Audience audience, int budget) {
        int served = 0;
        audience.pushCursor = Math.min(audience.pushCursor, audience.size());
        while (audience.pushCursor > 0 && served < budget) {
            audience.pushCursor--;
            served++;
            offer(audience.at(audience.pushCursor), audience);
            audience.pushCursor = Math.min(audience.pushCursor, audience.size());
        }
        return served;
    }

    private void offer(Viewer viewer, Audience audience) {
        if (!viewer.welcomed) {
            return;
        }
        if (viewer.unsentBytes() > 0) {
            metrics.held();
            slow.hold(viewer, loop.nowMillis());
        } else {
            viewer.write(audience.pushing.retainedDuplicate());
        }
    }

    private void finish(Audience audience) {
        if (audience.pushAgain && audience.size() > 0) {
            audience.pushAgain = false;
            audience.pushCursor = audience.size();
            underWay.add(audience);
        } else {
            audience.pushAgain = false;
            audience.pushing.release();
            audience.pushing = null;
        }
    }
}
