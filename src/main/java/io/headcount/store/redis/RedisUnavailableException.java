package io.headcount.store.redis;

/** A call to Redis did not get its answer within its deadline, or at all; it may or may not have been applied. */
public class RedisUnavailableException extends RuntimeException {
    RedisUnavailableException(String message) {
        this(message, null);
    }

    RedisUnavailableException(String message, Throwable cause) {
        // No stack trace: it would be that of a timer, and there may be many.
        super(message, cause, false, false);
    }
}
