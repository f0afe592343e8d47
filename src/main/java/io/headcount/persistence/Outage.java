package io.headcount.persistence;

import io.headcount.store.BookException;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One kind of work that may fail for a while: logged when that begins and when it ends, tried again ever more rarely. */
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);
    /** So that the books catch up soon after the end, however long it took. */
    private static final long MAX_RETRY_MILLIS = 5_000;

    private final String work;
    private final long retryMillis;
    private int failures;
    private long sinceNanos;

    /**
     * @param work what fails, in words
     * @param retryMillis wait after the first failure
     */
    Outage(String work, long retryMillis) {
        this.work = work;
        this.retryMillis = retryMillis;
    }

    /** It failed; returns how long to wait before it is tried again, in milliseconds. */
    long failed(Throwable cause) {
        if (failures++ == 0) {
            sinceNanos = System.nanoTime();
            LOG.atWarn()
                    .addKeyValue("work", work)
                    .addKeyValue("cause", cause.getMessage())
                    .addKeyValue("todo", cause instanceof BookException e ? e.advice() : "see that Redis answers")
                    .log("The books are behind: work failed, is kept, and is tried again until it succeeds");
        }
        long wait = Math.min(retryMillis << Math.min(failures - 1, 16), Math.max(retryMillis, MAX_RETRY_MILLIS));
        return wait + ThreadLocalRandom.current().nextLong(wait / 10 + 1);
    }

    /** It succeeded. */
    void over() {
        if (failures > 0) {
            LOG.atInfo()
                    .addKeyValue("work", work)
                    .addKeyValue("failures", failures)
                    .addKeyValue("seconds", (System.nanoTime() - sinceNanos) / 1_000_000_000)
                    .log("The books are written again");
            failures = 0;
        }
    }
}
