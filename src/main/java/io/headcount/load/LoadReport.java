package io.headcount.load;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came out; written as JSON by {@code --json} and as text on the terminal.
 *
 * @param seed that makes the same load again
 * @param targets host:port
 * @param streams how many streams
 * @param users distinct users (in a stream) with an open socket at the comparison
 * @param sessions open sockets at the comparison
 * @param joins sockets that were welcomed
 * @param leaves sockets that this side closed
 * @param reconnects lost sockets that came back
 * @param finishedSessions sockets that were welcomed and are closed: rows to be found in {@code user_sessions}
 * @param countsReceived count messages
 * @param joinToWelcomeMillis percentiles
 * @param exactAfterMillis from the end of churn until all agreed, by who was asked; -1 for never
 * @param differences at most 1,000 of them
 * @param differencesInAll how many there are
 * @param errors by kind
 * @param lostIsNoError whether errors were expected
 * @param endedEarly whether somebody pressed Ctrl-C
 */
record LoadReport(
        long seed,
        List<String> targets,
        int streams,
        long users,
        long sessions,
        long joins,
        long leaves,
        long reconnects,
        long finishedSessions,
        long countsReceived,
        Map<String, Double> joinToWelcomeMillis,
        Map<String, Long> exactAfterMillis,
        List<Difference> differences,
        int differencesInAll,
        Map<String, Long> errors,
        boolean lostIsNoError,
        boolean endedEarly) {
    private static final int MOST_ROWS = 20;

    /** Whether all was as it should be. */
    @JsonProperty
    boolean good() {
        return differencesInAll == 0 && (lostIsNoError || errors.isEmpty());
    }

    /** For people. */
    String text() {
        StringBuilder out = new StringBuilder(2_000);
        line(out, "");
        line(out, "held        %,d users in %,d sockets on %,d streams, at %s", users, sessions, streams, targets);
        line(
                out,
                "sessions    %,d joined, %,d left, %,d came back, %,d finished",
                joins,
                leaves,
                reconnects,
                finishedSessions);
        line(out, "counts      %,d received", countsReceived);
        StringBuilder latency = new StringBuilder();
        joinToWelcomeMillis.forEach(
                (name, millis) -> latency.append(String.format(Locale.ROOT, "%s %.1f ms  ", name, millis)));
        line(out, "welcome     %s", latency.toString().strip());
        exactAfterMillis.forEach((who, millis) -> line(
                out,
                "%-11s %s",
                who,
                millis < 0 ? "DIFFERS" : String.format(Locale.ROOT, "equal after %.1f s", millis / 1e3)));
        differenceTable(out);
        line(out, "errors      %s", errors.isEmpty() ? "none" : "");
        errors.forEach((kind, count) -> line(out, "  %,10d  %s", count, kind));
        line(
                out,
                "%s (seed %d%s)",
                good() ? "GOOD: no difference on any stream" : "NOT GOOD: see above",
                seed,
                endedEarly ? ", ended early" : "");
        return out.toString();
    }

    private void differenceTable(StringBuilder out) {
        line(
                out,
                "differences %s",
                differencesInAll == 0 ? "none" : String.format(Locale.ROOT, "%,d", differencesInAll));
        if (differencesInAll > 0) {
            line(out, "  %-20s %-22s %-20s %10s %10s", "stream", "where", "what", "truth", "seen");
        }
        for (Difference one : differences.subList(0, Math.min(MOST_ROWS, differences.size()))) {
            line(
                    out,
                    "  %-20s %-22s %-20s %,10d %,10d",
                    one.stream(),
                    one.where(),
                    one.what(),
                    one.truth(),
                    one.seen());
        }
        if (differencesInAll > MOST_ROWS) {
            line(out, "  … and %,d more", differencesInAll - MOST_ROWS);
        }
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
