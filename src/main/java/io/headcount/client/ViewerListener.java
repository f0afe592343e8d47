package io.headcount.client;

import io.headcount.protocol.ServerMessage;

/** Hears of a viewer's life, on the viewer's event loop: it must not block. */
public interface ViewerListener {
    /** Hears nothing. */
    ViewerListener NONE = new ViewerListener() {};

    /** A socket was welcomed: the viewer is counted. Again after each reconnect, with another session. */
    default void welcomed(Viewer viewer) {}

    /** A count came; {@link Viewer#viewers()} has it. */
    default void counted(Viewer viewer) {}

    /**
     * A connection ended.
     *
     * @param welcomed whether it had been welcomed
     * @param retryInMillis when the viewer comes back, or -1 when it does not
     */
    default void ended(Viewer viewer, Closed closed, boolean welcomed, long retryInMillis) {}

    /** Whether {@link #message} is called; each message then costs a JSON parse. Must always say the same. */
    default boolean wantsMessages() {
        return false;
    }

    /** A message came, the welcome included. Only when {@link #wantsMessages()}. */
    default void message(Viewer viewer, ServerMessage message) {}
}
