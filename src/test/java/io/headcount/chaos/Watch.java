package io.headcount.chaos;

import io.headcount.chaos.Sampler.Sample;
import java.time.Duration;
import java.util.Locale;

/**
 * What was seen while a fault was on. Nodes that the fault touches itself are {@linkplain #excuse excused}: what they say
 * is not asked to be right, until they are {@linkplain #expect expected} again. Any thread.
 */
final class Watch {
    private final Oracle oracle;
    private final boolean[] excused;
    private final long[] rightAt;
    private final long[] degradedAt;
    private final long holdNanos;
    private final String[] wrong;
    private String why = "";
    private long pushedError;
    private long pushedWrongAt;
    private long worst;
    private long worstSilent;
    private String worstAnswer = "";
    private final long begunAt = System.nanoTime();
    private int unanswered;
    private double worstDip;
    private long nanosSlowest;

    /** @param hold for so long all has to be right until it counts as exact */
    Watch(Oracle oracle, int nodes, Duration hold) {
        this.oracle = oracle;
        this.excused = new boolean[nodes];
        this.rightAt = new long[nodes];
        this.wrong = new String[nodes];
        this.degradedAt = new long[nodes];
        this.holdNanos = hold.toNanos();
        pushedWrongAt = System.nanoTime();
    }

    synchronized void excuse(int node) {
        excused[node] = true;
    }

    synchronized void expect(int node) {
        excused[node] = false;
        rightAt[node] = 0;
    }

    synchronized void answered(Sample sample) {
        int node = sample.node();
        if (!sample.right()) {
            rightAt[node] = 0;
            wrong[node] = sample.exact() || !sample.answered() ? sample.why() : "it says degraded";
        } else if (rightAt[node] == 0) {
            rightAt[node] = sample.answeredAt();
        }
        if (sample.answered() && !sample.exact() && degradedAt[node] == 0) {
            degradedAt[node] = sample.answeredAt();
        }
        if (excused[node]) {
            return;
        }
        if (!sample.answered()) {
            unanswered++;
            return;
        }
        nanosSlowest = Math.max(nanosSlowest, sample.answeredAt() - sample.askedAt());
        if (sample.userError() > worst) {
            worst = sample.userError();
            worstAnswer = String.format(
                    Locale.ROOT,
                    "worst answer after %.1f s from node %d, %s",
                    (sample.answeredAt() - begunAt) / 1e9,
                    sample.node() + 1,
                    sample.detail());
        }
        if (sample.exact()) {
            worstSilent = Math.max(worstSilent, sample.userError());
        }
        int present = oracle.presentSince(sample.askedAt() - Sampler.ANSWER_AGE_NANOS);
        if (present > 0) {
            worstDip = Math.max(worstDip, (double) (present - sample.users()) / present);
        }
    }

    synchronized void pushed(long at, long error) {
        if (error > 0) {
            pushedWrongAt = at;
            pushedError = error;
        }
    }

    /**
     * Waits until everybody who is expected has been right for the time of the hold.
     *
     * @param from when the clock starts
     * @param limit how long it may take until then
     * @return milliseconds from {@code from} to the first moment of being right for good, -1 when it took longer
     */
    long awaitExact(long from, Duration limit) {
        while (true) {
            long now = System.nanoTime();
            long since = exactSince(from);
            if (since >= 0 && now - since >= holdNanos) {
                return Math.max(0, since - from) / 1_000_000;
            }
            boolean late = (since < 0 ? now : since) - from > limit.toNanos();
            if (late && now - from > limit.toNanos() + holdNanos) {
                why = why(now);
                return -1;
            }
            Scene.pause(50);
        }
    }

    private synchronized String why(long now) {
        StringBuilder all = new StringBuilder();
        for (int node = 0; node < excused.length; node++) {
            if (!excused[node] && rightAt[node] == 0) {
                all.append("node ")
                        .append(node + 1)
                        .append(": ")
                        .append(wrong[node])
                        .append("; ");
            }
        }
        if (now - pushedWrongAt < holdNanos) {
            all.append("what viewers were told last is off by ")
                    .append(pushedError)
                    .append(" users");
        }
        return all.toString();
    }

    /** Why the last wait for exactness was in vain. */
    synchronized String why() {
        return why;
    }

    /** Since when all are right, not before {@code from}; -1 when they are not. */
    private synchronized long exactSince(long from) {
        long since = Math.max(from, pushedWrongAt);
        for (int node = 0; node < excused.length; node++) {
            if (!excused[node]) {
                if (rightAt[node] == 0) {
                    return -1;
                }
                since = Math.max(since, rightAt[node]);
            }
        }
        return since;
    }

    /** Largest error of any answer so far, in viewers. */
    synchronized long worst() {
        return worst;
    }

    /** Who gave that answer, when, and what was wrong with it. */
    synchronized String worstAnswer() {
        return worstAnswer;
    }

    /** Largest error of an answer that called itself exact. */
    synchronized long worstSilent() {
        return worstSilent;
    }

    /** Questions without an answer, of nodes that are not excused. */
    synchronized int unanswered() {
        return unanswered;
    }

    /** The largest part of the present users that an answer left out, 0 to 1. */
    synchronized double worstDip() {
        return worstDip;
    }

    /** The slowest answer in milliseconds. */
    synchronized long slowestMillis() {
        return nanosSlowest / 1_000_000;
    }

    /** How long after a moment the last of all nodes first called itself degraded, milliseconds; -1 if one did not. */
    long degradedAfterMillis(long from) {
        long last = 0;
        for (int node = 0; node < excused.length; node++) {
            long millis = degradedAfterMillis(node, from);
            if (millis < 0) {
                return -1;
            }
            last = Math.max(last, millis);
        }
        return last;
    }

    /** The same of one node. */
    synchronized long degradedAfterMillis(int node, long from) {
        return degradedAt[node] < from ? -1 : (degradedAt[node] - from) / 1_000_000;
    }
}
