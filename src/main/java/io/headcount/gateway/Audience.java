package io.headcount.gateway;

import io.headcount.bus.Message.Tally;
import io.headcount.model.Count;
import io.headcount.model.Mode;
import io.headcount.model.Session;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The sockets of one stream on one event loop, and what they were told. */
final class Audience {
    private static final int FIRST_CAPACITY = 4;

    /** The stream's id: the one object that all its sessions share. */
    final String stream;

    /** The newest count, {@code null} while none is known. */
    Count last;

    /** When {@link #last} was accepted; monotonic. */
    long acceptedAtMillis;

    /** When an owner was last heard; monotonic. */
    long ownerHeardAtMillis;

    /** When the last push began; monotonic. */
    long pushedAtMillis;

    /** What the last push said; {@code null} while there was none. */
    Mode pushedMode;

    long pushedViewers;

    /** The frame of the push under way, {@code null} for none. */
    ByteBuf pushing;

    /** Sockets below this index are still to get it. */
    int pushCursor;

    /** When the walk under way began; monotonic. */
    long walkSinceMillis;

    /** How long the last walk over all its sockets took. */
    int walkMillis;

    /** Whether the frame changed while it was on its way. */
    boolean pushAgain;

    private Viewer[] viewers = new Viewer[FIRST_CAPACITY];
    private int size;
    /** Sum of the sessions' fingerprints. */
    private long digest;

    Audience(String stream, long nowMillis) {
        this.stream = stream;
        this.acceptedAtMillis = nowMillis;
        this.ownerHeardAtMillis = nowMillis;
    }

    int size() {
        return size;
    }

    Viewer at(int place) {
        return viewers[place];
    }

    void add(Viewer viewer) {
        if (size == viewers.length) {
            viewers = Arrays.copyOf(viewers, size + (size >> 1) + 1);
        }
        viewer.place = size;
        viewers[size++] = viewer;
        digest += viewer.fingerprint();
    }

    void remove(Viewer viewer) {
        Viewer moved = viewers[--size];
        viewers[size] = null;
        if (moved != viewer) {
            viewers[viewer.place] = moved;
            moved.place = viewer.place;
        }
        viewer.place = Viewer.NOWHERE;
        digest -= viewer.fingerprint();
        if (viewers.length > 4 * FIRST_CAPACITY && size < viewers.length / 4) {
            viewers = Arrays.copyOf(viewers, viewers.length / 2);
        }
    }

    Tally tally() {
        return new Tally(size, digest);
    }

    List<Session> sessions() {
        List<Session> sessions = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            sessions.add(viewers[i].session);
        }
        return sessions;
    }
}
