package io.headcount.store.redis;

/** A call was refused at once, and was not sent: as many as are allowed wait for the same node already. */
public final class RedisBusyException extends RedisUnavailableException {
    RedisBusyException(String message) {
        super(message);
    }
}
