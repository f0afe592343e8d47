package io.headcount.store.redis;

/** Redis answered with an error that no retry will mend: a wrong type, a script that failed, a refused password. */
public final class RedisReplyException extends RuntimeException {
    RedisReplyException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
