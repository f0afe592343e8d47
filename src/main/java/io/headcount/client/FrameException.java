package io.headcount.client;

/** Bytes of the server that are not the protocol. */
final class FrameException extends Exception {
    private static final long serialVersionUID = 1;

    private final int code;

    FrameException(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** The close code to answer with. */
    int code() {
        return code;
    }
}
