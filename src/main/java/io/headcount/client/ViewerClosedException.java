package io.headcount.client;

/** A viewer that was not welcomed, and will not be. */
public final class ViewerClosedException extends Exception {
    private final transient Closed closed;

    ViewerClosedException(Closed closed) {
        super(closed.toString(), null, false, false);
        this.closed = closed;
    }

    /** Why. */
    public Closed closed() {
        return closed;
    }
}
