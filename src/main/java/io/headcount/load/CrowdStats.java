package io.headcount.load;

import io.headcount.client.Closed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What a crowd counts about itself. One thread. */
final class CrowdStats {
    /** Latencies up to so many microseconds are told apart. */
    static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(2);

    private static final int MOST_KEPT_SESSIONS = 1_000_000;
    private static final int SESSIONS_A_MESSAGE = 500;

    private final Histogram latencies = new Histogram(LONGEST_MICROS, 3);
    private final ErrorKinds errors = new ErrorKinds();
    private final List<String> sessions = new ArrayList<>();
    private boolean keepSessions;
    private int open;
    private int opening;
    private int closing;
    private long joins;
    private long leaves;
    private long reconnects;
    private long counts;

    void keepSessions(boolean keep) {
        keepSessions = keep;
    }

    int opening() {
        return opening;
    }

    int inFlight() {
        return opening + closing;
    }

    void opened() {
        opening++;
    }

    void counted() {
        counts++;
    }

    void welcomed(Tab tab) {
        opening--;
        open++;
        if (!tab.joined) {
            tab.joined = true;
            joins++;
            long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - tab.startedNanos);
            latencies.recordValue(Math.min(micros, LONGEST_MICROS));
        }
    }

    /** That tab will be closed by this side; {@code wasOpen}: after its welcome. */
    void leaving(boolean wasOpen) {
        leaves++;
        closing++;
        if (wasOpen) {
            open--;
        } else {
            opening--;
        }
    }

    void ended(Tab tab, Closed closed, boolean welcomed, boolean comesBack) {
        if (tab.leaving) {
            closing--;
        } else if (welcomed) {
            open--;
        } else {
            opening--;
        }
        if (comesBack) {
            opening++;
            reconnects++;
        }
        if (welcomed && keepSessions && sessions.size() < MOST_KEPT_SESSIONS) {
            sessions.add(tab.viewer.session());
        }
        boolean orderly = closed.kind() == Closed.Kind.OURS && !closed.reason().contains("did not answer");
        if (!orderly && !comesBack) {
            errors.add((welcomed ? "lost: " : "not welcomed: ") + closed);
        }
    }

    CrowdMessage.Progress progress(long finished) {
        ByteBuffer bytes = ByteBuffer.allocate(latencies.getNeededByteBufferCapacity());
        int length = latencies.encodeIntoCompressedByteBuffer(bytes);
        String encoded = Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
        latencies.reset();
        return new CrowdMessage.Progress(
                open, opening, closing, joins, leaves, reconnects, counts, finished, errors.counts(), encoded);
    }

    List<CrowdMessage.Sessions> sessions() {
        List<CrowdMessage.Sessions> messages = new ArrayList<>();
        for (int from = 0; from < sessions.size(); from += SESSIONS_A_MESSAGE) {
            messages.add(new CrowdMessage.Sessions(
                    List.copyOf(sessions.subList(from, Math.min(sessions.size(), from + SESSIONS_A_MESSAGE)))));
        }
        return messages;
    }
}
