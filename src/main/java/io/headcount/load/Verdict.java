package io.headcount.load;

import io.headcount.load.CrowdMessage.Truth;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks all who count (every target's API, the sockets' own last counts, and on demand the books) and remembers who
 * differed when last asked, and since when each agrees.
 */
final class Verdict {
    private static final int ROUNDS_FOR_SESSION_ROWS = 150;

    private final LoadSettings settings;
    private final List<String> streams;
    private final CountsApi api = new CountsApi();
    private final Map<String, List<Difference>> differences = new LinkedHashMap<>();
    private final Map<String, Long> exactAfterMillis = new LinkedHashMap<>();

    Verdict(LoadSettings settings) {
        this.settings = settings;
        this.streams = settings.streams();
    }

    /** All differences, as of when each was last asked. */
    List<Difference> differences() {
        return differences.values().stream().flatMap(List::stream).toList();
    }

    /** When each began to agree for good, -1 for one that does not. */
    Map<String, Long> exactAfterMillis() {
        return exactAfterMillis;
    }

    /**
     * Whether there is somebody to load, and nobody else on the streams.
     *
     * @throws LoadException when a target does not answer
     */
    void preflight(LiveLine line) throws LoadException, InterruptedException {
        for (String target : settings.common().targets()) {
            try {
                long others = api.counts(target, streams).values().stream()
                        .mapToLong(CountsApi.Answer::sessions)
                        .sum();
                if (others != 0) {
                    line.say("warning: " + target + " already counts " + others + " sessions on these streams;"
                            + " they will be differences (take another --stream-prefix)");
                }
            } catch (IOException e) {
                throw new LoadException(
                        "nothing that counts answers at " + target + " (" + reason(e)
                                + "). Start it with scripts/run, or name it with --target host:port",
                        e);
            }
        }
        if (settings.verifyBooks()) {
            BooksCheck.open(settings.runFile()).close();
        }
    }

    /**
     * Asks all once.
     *
     * @param suffix told apart by this in the report
     * @param askedMillis when the truth was taken, from the beginning of the asking
     * @param errors where those who do not answer are counted, or {@code null} when they will be asked again
     * @return whether all agree
     */
    boolean ask(Truth truth, String suffix, long askedMillis, ErrorKinds errors)
            throws LoadException, InterruptedException {
        Comparison all = new Comparison(settings.common(), truth.streams());
        boolean answered = true;
        for (String target : settings.common().targets()) {
            try {
                all.api(target, api.counts(target, streams));
            } catch (IOException e) {
                answered &= settings.expectLosses();
                if (errors != null) {
                    errors.add("no counts from " + target + ": " + reason(e));
                }
            }
        }
        boolean agreed = note("API" + suffix, all.differences(), answered, askedMillis);
        if (suffix.isEmpty()) {
            Comparison sockets = new Comparison(settings.common(), truth.streams());
            sockets.sockets();
            agreed &= note("sockets", sockets.differences(), true, askedMillis);
        }
        if (settings.verifyBooks()) {
            Comparison books = new Comparison(settings.common(), truth.streams());
            try (BooksCheck check = BooksCheck.open(settings.runFile())) {
                books.books("current_viewers", check.currentViewers(streams));
            }
            agreed &= note("books" + suffix, books.differences(), true, askedMillis);
        }
        return agreed;
    }

    /** Waits until each of those sessions has its one row in {@code user_sessions}. */
    void sessionRows(List<String> sessions, Wait wait) throws LoadException, InterruptedException {
        List<Difference> found = new ArrayList<>();
        try (BooksCheck check = BooksCheck.open(settings.runFile())) {
            long start = System.nanoTime();
            for (int round = 0; round < ROUNDS_FOR_SESSION_ROWS; round++) {
                BooksCheck.SessionRows rows = check.sessionRows(sessions);
                found.clear();
                if (rows.rows() != sessions.size()) {
                    found.add(new Difference("(all)", "user_sessions", "rows", sessions.size(), rows.rows()));
                }
                if (rows.sessions() != sessions.size()) {
                    found.add(new Difference("(all)", "user_sessions", "sessions", sessions.size(), rows.sessions()));
                }
                if (note("user_sessions", List.copyOf(found), true, (System.nanoTime() - start) / 1_000_000)) {
                    return;
                }
                wait.aBit();
            }
        }
    }

    private boolean note(String who, List<Difference> found, boolean answered, long askedMillis) {
        boolean agrees = found.isEmpty() && answered;
        differences.put(who, found);
        if (!agrees) {
            exactAfterMillis.put(who, -1L);
        } else if (exactAfterMillis.getOrDefault(who, -1L) < 0) {
            exactAfterMillis.put(who, askedMillis);
        }
        return agrees;
    }

    private static String reason(IOException e) {
        if (e instanceof ConnectException) {
            return "connection refused";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** A short pause during which others go on. */
    interface Wait {
        void aBit() throws LoadException, InterruptedException;
    }
}
