package io.headcount.store.redis;

/** A call to Redis did not get its answer within its deadline, or at all; it may or may not have been applied. */
public final class RedisUnavailableException extends RuntimeException {
    RedisUnavailableException(String message) {
        // No stack trace: it would be that of a timer, and there may be many.
        super(message, null, false, false);
    }
}
