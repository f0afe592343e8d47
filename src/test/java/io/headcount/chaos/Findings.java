package io.headcount.chaos;

import io.headcount.chaos.Oracle.Event;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was seen of one fault: figures, and what of that which was asked did not hold. */
final class Findings {
    private final Scene scene;
    private Watch watch;
    private final Map<Event, Long> before = new EnumMap<>(Event.class);
    private final List<String> notes = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private long exactMillis = -1;
    private boolean exactAsked;

    Findings(Scene scene) {
        this.scene = scene;
        begin();
    }

    /** Forgets what was seen while the fault was prepared. */
    void begin() {
        if (watch != null) {
            scene.unwatch(watch);
        }
        watch = scene.watch();
        for (Event event : Event.values()) {
            before.put(event, scene.oracle().so(event));
        }
    }

    Watch watch() {
        return watch;
    }

    /** How often that happened since the beginning. */
    long count(Event event) {
        return scene.oracle().so(event) - before.get(event);
    }

    /** Takes the time to exact, in milliseconds, -1 for never, and what was asked. */
    void exact(long millis, long askedMillis) {
        exactAsked = true;
        exactMillis = millis;
        check(
                millis >= 0 && millis <= askedMillis,
                "exact within " + seconds(askedMillis) + ": "
                        + (millis < 0 ? "not exact (" + watch.why() + ")" : seconds(millis)));
    }

    /** Exact at another moment than the row's own. */
    void alsoExact(String when, long millis, long askedMillis) {
        note(when + " exact after " + (millis < 0 ? "(never)" : seconds(millis)));
        check(
                millis >= 0 && millis <= askedMillis,
                when + " exact within " + seconds(askedMillis) + ": "
                        + (millis < 0 ? "not exact (" + watch.why() + ")" : seconds(millis)));
    }

    /** Something that was asked. */
    void check(boolean held, String what) {
        if (!held) {
            broken.add(what);
        }
    }

    /** The largest error that is allowed, in viewers. */
    void errorAtMost(long viewers) {
        check(watch.worst() <= viewers, "error at most " + viewers + ": " + watch.worst());
    }

    /** The largest error that is allowed of answers that call themselves exact, in viewers. */
    void silentErrorAtMost(long viewers) {
        check(
                watch.worstSilent() <= viewers,
                "error said aloud: " + watch.worstSilent() + " in answers that said exact");
    }

    /** No connection was lost, and nobody was not let in. */
    void noErrorsSeen() {
        check(
                count(Event.LOST) == 0 && count(Event.NOT_LET_IN) == 0,
                "no errors seen by viewers: " + count(Event.LOST) + " connections lost, " + count(Event.NOT_LET_IN)
                        + " attempts failed (" + scene.oracle().lastFailure() + ")");
    }

    /** Something worth knowing. */
    void note(String text) {
        notes.add(text);
    }

    /** Something failed that should not. */
    void failed(Exception failure) {
        broken.add(String.valueOf(failure.getMessage()));
    }

    Row row(Fault fault, long tookMillis) {
        if (watch.worst() > 0) {
            notes.add(watch.worstAnswer());
        }
        return new Row(
                fault.name(),
                fault.title(),
                fault.asked(),
                watch.worst(),
                watch.worstSilent(),
                exactAsked ? exactMillis : null,
                count(Event.LOST),
                count(Event.SENT_AWAY),
                List.copyOf(notes),
                List.copyOf(broken),
                null,
                tookMillis);
    }

    static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }

    /**
     * A line of the table.
     *
     * @param largestError in viewers, of any answer
     * @param largestSilentError of answers that called themselves exact
     * @param exactMillis time to exact, -1 for never, {@code null} where it was not asked
     * @param lost connections that broke
     * @param sentAway connections that a stopping node closed
     * @param broken what did not hold
     * @param notRun why it was not run, or {@code null}
     */
    record Row(
            String name,
            String title,
            String asked,
            long largestError,
            long largestSilentError,
            Long exactMillis,
            long lost,
            long sentAway,
            List<String> notes,
            List<String> broken,
            String notRun,
            long tookMillis) {
        static Row notRun(Fault fault, String why) {
            return new Row(fault.name(), fault.title(), fault.asked(), 0, 0, null, 0, 0, List.of(), List.of(), why, 0);
        }

        boolean held() {
            return notRun == null && broken.isEmpty();
        }

        String verdict() {
            if (notRun != null) {
                return "not run";
            }
            return broken.isEmpty() ? "held" : "NOT HELD";
        }
    }
}
