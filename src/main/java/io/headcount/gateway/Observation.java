package io.headcount.gateway;

import io.headcount.protocol.CloseCode;
import io.netty.buffer.ByteBuf;

/**
 * One stream of one observer: takes a viewer's place in the fan-out, so that observers are served by the very code that
 * serves viewers (slices, the newest count wins, none queued behind another).
 */
final class Observation extends Viewer {
    final String stream;
    final ObserverConnection connection;
    private final Observers observers;

    Observation(String stream, ObserverConnection connection, Observers observers) {
        this.stream = stream;
        this.connection = connection;
        this.observers = observers;
        this.welcomed = true;
    }

    /** Nobody is counted here: there is no session to compare with the store's. */
    @Override
    long fingerprint() {
        return 0;
    }

    @Override
    public void write(ByteBuf frame) {
        connection.write(frame);
    }

    @Override
    public long unsentBytes() {
        return connection.unsentBytes();
    }

    @Override
    public void notifyWhenDrained() {
        connection.whenDrained(() -> observers.drained(this));
    }

    @Override
    public void closeWith(CloseCode code) {
        connection.closeWith(code);
    }

    @Override
    public void abandon() {
        connection.abandon();
    }
}
