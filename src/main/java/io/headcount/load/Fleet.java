package io.headcount.load;

import io.headcount.load.CrowdMessage.Phase;
import io.headcount.load.CrowdMessage.Progress;
import io.headcount.load.CrowdMessage.Truth;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * All crowds of a load: one in this process, or several processes of one crowd each. What crowds say is queued and read
 * by the thread that awaits something, so that all that is kept here belongs to one thread.
 */
final class Fleet implements AutoCloseable {
    private final List<CrowdHandle> crowds = new ArrayList<>();
    private final LinkedBlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private final Progress[] progress;
    private final Phase[] reached;
    private final Truth[] truths;
    private final List<String> sessions = new ArrayList<>();
    private final Histogram latencies = new Histogram(CrowdStats.LONGEST_MICROS, 3);
    private final Histogram latest = new Histogram(CrowdStats.LONGEST_MICROS, 3);
    private final Runnable eachSecond;
    private long nextSecondNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    private String failure;

    /**
     * Starts the crowds.
     *
     * @param eachSecond called by the awaiting thread
     */
    Fleet(List<CrowdPlan> plans, Runnable eachSecond) throws IOException {
        progress = new Progress[plans.size()];
        reached = new Phase[plans.size()];
        truths = new Truth[plans.size()];
        this.eachSecond = eachSecond;
        for (CrowdPlan plan : plans) {
            crowds.add(
                    plans.size() == 1
                            ? new LocalCrowd(plan, message -> hear(plan.index(), message))
                            : new CrowdProcess(plan, message -> hear(plan.index(), message)));
        }
    }

    /** Says something to all. */
    void say(CrowdMessage message) {
        crowds.forEach(crowd -> crowd.say(message));
    }

    /** Whether all crowds have come to the end of that phase. */
    boolean reached(Phase phase) {
        return Arrays.stream(reached).allMatch(own -> own != null && own.compareTo(phase) >= 0);
    }

    /**
     * Reads what crowds say until something is so.
     *
     * @return whether it was so within the time
     * @throws LoadException when a crowd failed
     */
    boolean await(BooleanSupplier condition, long timeoutMillis) throws LoadException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (!condition.getAsBoolean()) {
            long now = System.nanoTime();
            if (now >= deadline) {
                return false;
            }
            Heard next = heard.poll(Math.min(deadline - now, TimeUnit.MILLISECONDS.toNanos(100)), TimeUnit.NANOSECONDS);
            if (next != null) {
                take(next);
            }
            if (failure != null) {
                throw new LoadException(failure);
            }
            if (System.nanoTime() >= nextSecondNanos) {
                nextSecondNanos += TimeUnit.SECONDS.toNanos(1);
                eachSecond.run();
            }
        }
        return true;
    }

    /** What is true now, by stream, and how many sessions are finished. */
    Truth truth() throws LoadException, InterruptedException {
        Arrays.fill(truths, null);
        say(new CrowdMessage.Tell());
        if (!await(() -> Arrays.stream(truths).allMatch(truth -> truth != null), 10_000)) {
            throw new LoadException("a process of the load does not answer");
        }
        StreamTruth[] sum = new StreamTruth[truths[0].streams().size()];
        Arrays.fill(sum, StreamTruth.NOBODY);
        long finished = 0;
        for (Truth truth : truths) {
            finished += truth.finished();
            for (int i = 0; i < sum.length; i++) {
                sum[i] = sum[i].plus(truth.streams().get(i));
            }
        }
        return new Truth(List.of(sum), finished);
    }

    /** The sum of how it goes; the latencies are not in it. */
    Progress total() {
        ErrorKinds errors = new ErrorKinds();
        Progress sum = new Progress(0, 0, 0, 0, 0, 0, 0, 0, errors.counts(), "");
        for (Progress one : progress) {
            if (one != null) {
                errors.addAll(one.errors());
                sum = new Progress(
                        sum.open() + one.open(),
                        sum.opening() + one.opening(),
                        sum.closing() + one.closing(),
                        sum.joins() + one.joins(),
                        sum.leaves() + one.leaves(),
                        sum.reconnects() + one.reconnects(),
                        sum.counts() + one.counts(),
                        sum.finished() + one.finished(),
                        errors.counts(),
                        "");
            }
        }
        return sum;
    }

    /** Join to welcome since the start, microseconds. */
    Histogram latencies() {
        return latencies;
    }

    /** Join to welcome since this was last asked, microseconds. */
    Histogram takeLatest() {
        Histogram copy = latest.copy();
        latest.reset();
        return copy;
    }

    /** Ids of finished sessions, where they are kept; complete when {@link Phase#LEAVE} is reached. */
    List<String> sessions() {
        return sessions;
    }

    @Override
    public void close() {
        crowds.forEach(CrowdHandle::close);
    }

    private void hear(int crowd, CrowdMessage message) {
        heard.add(new Heard(crowd, message));
    }

    private void take(Heard next) {
        if (next.message instanceof Progress said) {
            progress[next.crowd] = said;
            add(said.latencies());
        } else if (next.message instanceof CrowdMessage.Reached said) {
            reached[next.crowd] = said.phase();
        } else if (next.message instanceof Truth said) {
            truths[next.crowd] = said;
        } else if (next.message instanceof CrowdMessage.Sessions said) {
            sessions.addAll(said.ids());
        } else if (next.message instanceof CrowdMessage.Failed said) {
            failure = said.why();
        }
    }

    private void add(String encoded) {
        try {
            Histogram some = Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(encoded)), 0);
            latencies.add(some);
            latest.add(some);
        } catch (DataFormatException e) {
            failure = "a crowd's latencies cannot be read: " + e.getMessage();
        }
    }

    private record Heard(int crowd, CrowdMessage message) {}
}
