package io.headcount.gateway;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * The audiences that are being served, in turns and within the push budget, so that the loop reads and accepts in
 * between, small audiences do not wait behind large ones, and a large one is served evenly over time.
 *
 * <p>An audience is in here once. A frame that comes while its audience is being served replaces the one for the sockets
 * that are still to be served; the others get it in a second walk. So whatever the load, each socket is at most one walk
 * behind, no queue grows, and where the budget is short it is the walks that become longer: the interval stretches.
 */
final class Walks {
    /** Sockets served before the loop does something else: at 7-10 microseconds a write some 2 ms. */
    private static final int SLICE = 256;

    /** Sockets of one audience before it is the next one's turn. */
    private static final int TURN = 64;

    /** The interval that is told is rounded up to this. */
    private static final int ROUNDED_MILLIS = 10;

    private final Loop loop;
    private final PushPace pace;
    private final SlowReaders slow;
    private final GatewayMetrics metrics;
    private final int intervalMillis;
    private final ArrayDeque<Audience> underWay = new ArrayDeque<>();
    private boolean scheduled;

    /** @param intervalMillis between two counts of a stream where the budget is not short */
    Walks(Loop loop, PushPace pace, SlowReaders slow, GatewayMetrics metrics, int intervalMillis) {
        this.loop = loop;
        this.pace = pace;
        this.slow = slow;
        this.metrics = metrics;
        this.intervalMillis = intervalMillis;
    }

    /** The interval in force for an audience when it is stretched, otherwise 0. */
    int stretchedMillis(Audience audience) {
        int walk = Math.max(audience.walkMillis, pace.millisFor(audience.size()));
        return walk <= intervalMillis ? 0 : (walk + ROUNDED_MILLIS - 1) / ROUNDED_MILLIS * ROUNDED_MILLIS;
    }

    /** Serves a frame to all of an audience; takes over the reference to it. */
    void begin(Audience audience, ByteBuf frame) {
        if (audience.pushing == null) {
            start(audience);
        } else {
            audience.pushing.release();
            audience.pushAgain = true;
            metrics.replaced();
        }
        audience.pushing = frame;
        if (!scheduled) {
            slice();
        }
    }

    private void start(Audience audience) {
        audience.pushAgain = false;
        audience.pushCursor = audience.size();
        audience.walkSinceMillis = loop.nowMillis();
        underWay.add(audience);
    }

    private void slice() {
        scheduled = true;
        try {
            int most = Math.min(SLICE, pace.allowed(loop.nowMillis()));
            while (most > 0 && !underWay.isEmpty()) {
                Audience audience = underWay.poll();
                int served = serve(audience, Math.min(TURN, most));
                pace.spend(served);
                most -= Math.max(1, served);
                if (audience.pushCursor == 0) {
                    finish(audience);
                } else {
                    underWay.add(audience);
                }
            }
        } finally {
            scheduled = !underWay.isEmpty();
            if (scheduled && pace.allowed(loop.nowMillis()) > 0) {
                loop.run(this::slice);
            } else if (scheduled) {
                loop.after(pace.waitMillis(), this::slice);
            }
        }
    }

    /** Serves at most so many sockets; downwards, since a removal moves the last one into the gap. */
    private int serve(Audience audience, int most) {
        int served = 0;
        audience.pushCursor = Math.min(audience.pushCursor, audience.size());
        while (audience.pushCursor > 0 && served < most) {
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
        audience.walkMillis = (int) (loop.nowMillis() - audience.walkSinceMillis);
        if (audience.pushAgain && audience.size() > 0) {
            start(audience);
        } else {
            audience.pushAgain = false;
            audience.pushing.release();
            audience.pushing = null;
        }
    }
}
