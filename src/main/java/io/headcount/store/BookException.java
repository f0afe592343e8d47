package io.headcount.store;

/** The books failed, in words for an operator: what failed and, as {@link #advice}, what to do. */
public final class BookException extends RuntimeException {
    private final String advice;
    private final boolean refused;

    /**
     * @param message what failed, naming the server
     * @param advice what the operator should do
     * @param refused whether the data is at fault, not the server: the same write can never succeed
     */
    public BookException(String message, String advice, boolean refused, Throwable cause) {
        // Without a stack trace of its own: it is made on an event loop, where the trace says nothing.
        super(message, cause, false, false);
        this.advice = advice;
        this.refused = refused;
    }

    public String advice() {
        return advice;
    }

    /** Whether the data is at fault: the same write can never succeed. */
    public boolean refused() {
        return refused;
    }
}
