package io.headcount.model;

/**
 * One open socket (one tab) of a viewer. A class, not a record, because it is compared by identity on the hot path and
 * its fields are what an idle viewer costs: {@code stream} is shared by all sessions of a stream.
 */
public final class Session {
    private final String stream;
    private final String user;
    private final String id;
    private final long joinedAtMillis;
    private final int gateway;

    /**
     * @param stream the stream's id
     * @param user the user's id
     * @param id the session's own id, unique over all nodes
     * @param joinedAtMillis when it was opened, epoch milliseconds by Redis' clock (see {@link SharedClock}); together
     *     with {@code id} the key of its row in the books
     * @param gateway index of the gateway instance of this node that holds the socket
     */
    public Session(String stream, String user, String id, long joinedAtMillis, int gateway) {
        this.stream = stream;
        this.user = user;
        this.id = id;
        this.joinedAtMillis = joinedAtMillis;
        this.gateway = gateway;
    }

    public String stream() {
        return stream;
    }

    public String user() {
        return user;
    }

    public String id() {
        return id;
    }

    public long joinedAtMillis() {
        return joinedAtMillis;
    }

    public int gateway() {
        return gateway;
    }

    /** 64 well-mixed bits of this session: the sums of two sets of sessions are equal only if the sets are. */
    public long fingerprint() {
        // The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
        long bits = ((long) id.hashCode() << 32) ^ joinedAtMillis;
        bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        return bits ^ (bits >>> 31);
    }

    @Override
    public String toString() {
        return "Session[" + stream + " " + user + " " + id + "]";
    }
}
