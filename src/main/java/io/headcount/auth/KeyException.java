package io.headcount.auth;

/** Keys could not be loaded. The message completes a sentence about where they were to come from. */
final class KeyException extends Exception {
    KeyException(String message) {
        super(message);
    }
}
