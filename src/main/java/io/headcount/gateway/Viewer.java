package io.headcount.gateway;

import io.headcount.model.Session;
import io.headcount.protocol.CloseCode;
import io.netty.buffer.ByteBuf;

/**
 * One socket as {@link SessionRegistry} sees it, and its way out. A class and not an interface because its fields are
 * part of what an idle viewer costs: the registry's places are kept in here instead of in a map beside it.
 *
 * <p>The registry calls the methods on its event loop only. They may call back {@link SessionRegistry#close} (a write
 * that fails), nothing else.
 */
public abstract class Viewer {
    static final int NOWHERE = -1;

    /** Set by {@link SessionRegistry#open}. */
    Session session;
    /** Index in the stream's audience. */
    int place = NOWHERE;
    /** Index among all sockets of the loop. */
    int slot = NOWHERE;
    /** Running time ({@link Pulse}) of the last sign of life. */
    int heardMillis;

    boolean welcomed;

    /** The session of this socket. */
    public final Session session() {
        return session;
    }

    /** What this socket adds to its audience's digest. */
    long fingerprint() {
        return session.fingerprint();
    }

    /** Writes a frame and flushes; takes over the reference to {@code frame}. */
    public abstract void write(ByteBuf frame);

    /** Bytes that were written and not yet taken by the kernel. */
    public abstract long unsentBytes();

    /** Asks for one call of {@link SessionRegistry#drained} when everything written so far is sent. */
    public abstract void notifyWhenDrained();

    /** Says goodbye with a code, and closes. The registry has already forgotten the session. */
    public abstract void closeWith(CloseCode code);

    /** Closes without a word: nobody is there to hear one. */
    public abstract void abandon();
}
