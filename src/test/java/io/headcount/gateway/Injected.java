package io.headcount.gateway;

import io.headcount.protocol.CloseCode;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** A viewer without a channel: everything but the socket is real. It answers pings and reads what concerns it. */
class Injected extends Viewer {
    private static final byte PING = (byte) 0x89;

    final InjectorLane lane;

    Injected(InjectorLane lane) {
        this.lane = lane;
    }

    @Override
    public void write(ByteBuf frame) {
        try {
            if (frame.getByte(frame.readerIndex()) == PING) {
                heardMillis = lane.registry().pulse().nowMillis();
            } else {
                read(frame);
            }
        } finally {
            frame.release();
        }
    }

    /** A text frame. */
    void read(ByteBuf frame) {}

    /** The asOf of a welcome or a count; 0 for another message. */
    static long asOf(ByteBuf frame) {
        String text = frame.toString(StandardCharsets.US_ASCII);
        int at = text.indexOf("\"asOf\":");
        if (at < 0) {
            return 0;
        }
        long millis = 0;
        for (int i = at + 7; i < text.length() && Character.isDigit(text.charAt(i)); i++) {
            millis = millis * 10 + text.charAt(i) - '0';
        }
        return millis;
    }

    @Override
    public long unsentBytes() {
        return 0;
    }

    @Override
    public void notifyWhenDrained() {}

    @Override
    public void closeWith(CloseCode code) {
        lane.lost();
    }

    @Override
    public void abandon() {
        lane.lost();
    }

    /** One of which it is measured when it is welcomed and when the others see it. */
    static final class Sampled extends Injected {
        private final long openedNanos = System.nanoTime();
        private boolean welcomedOnce;

        Sampled(InjectorLane lane) {
            super(lane);
        }

        @Override
        void read(ByteBuf frame) {
            if (!welcomedOnce) {
                welcomedOnce = true;
                lane.sightings().welcomed(session().stream(), asOf(frame), openedNanos);
            }
        }
    }

    /** One that stays, and sees what all viewers of its stream see. */
    static final class Watcher extends Injected {
        Watcher(InjectorLane lane) {
            super(lane);
        }

        @Override
        void read(ByteBuf frame) {
            lane.sightings().seen(session().stream(), asOf(frame));
        }
    }
}
