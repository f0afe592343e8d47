package io.headcount.load;

/** The load cannot be made as asked; the message says why and what to do. */
final class LoadException extends Exception {
    private static final long serialVersionUID = 1;

    LoadException(String message) {
        super(message);
    }

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
