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

    @Override
    public String toString() {
        return "Session[" + stream + " " + user + " " + id + "]";
    }
}
