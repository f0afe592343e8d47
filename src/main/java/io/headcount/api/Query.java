package io.headcount.api;

import io.headcount.model.Ids;
import io.headcount.model.Scope;
import io.headcount.model.SeriesRange;
import io.headcount.model.Step;
import io.headcount.model.Subject;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a question about the past says, checked. Everything wrong with it is gathered, and named in one 400 by {@link
 * #check}, which comes after the last getter and before anything is looked up.
 */
final class Query {
    /** Times that make sense here, and that any database can hold. */
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");
    private static final long DAY_MILLIS = 86_400_000;
    /** Days of the longest range, by step: so much is still answered within a second. */
    private static final Map<Step, Integer> MOST_DAYS = Map.of(Step.FIVE_MINUTES, 35, Step.HOUR, 400, Step.DAY, 1_200);

    private final RoutingContext context;
    private final List<String> wrong = new ArrayList<>();

    Query(RoutingContext context) {
        this.context = context;
    }

    /** Says no to all that was found wrong. */
    void check() {
        if (!wrong.isEmpty()) {
            throw Problem.badRequest(String.join("; ", wrong) + ".");
        }
    }

    void refuse(String why) {
        wrong.add(why);
    }

    /** A parameter that may be there once; {@code null} when it is not. */
    String text(String name) {
        List<String> values = context.queryParam(name);
        if (values.size() > 1) {
            refuse(name + " was given " + values.size() + " times; once is enough");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** The subject that the path names. */
    Subject path(Scope scope) {
        if (scope == Scope.PLATFORM) {
            return Subject.PLATFORM;
        }
        String id = context.pathParam(scope.wire());
        if (!Ids.valid(id)) {
            refuse("The " + scope.wire() + "'s id must be " + Ids.RULE);
        }
        return new Subject(scope, id);
    }

    /** The subject that a parameter names, {@code stream}, {@code broadcaster} or {@code category}; else the platform. */
    Subject subject() {
        Subject subject = Subject.PLATFORM;
        for (Scope scope : List.of(Scope.STREAM, Scope.BROADCASTER, Scope.CATEGORY)) {
            String id = id(scope.wire());
            if (id != null && subject.scope() != Scope.PLATFORM) {
                refuse("name one of stream, broadcaster and category, or none for the whole platform");
            } else if (id != null) {
                subject = new Subject(scope, id);
            }
        }
        return subject;
    }

    /** An id; {@code null} when it is not there. */
    String id(String name) {
        String id = text(name);
        if (id != null && !Ids.valid(id)) {
            refuse(name + " must be " + Ids.RULE);
        }
        return id;
    }

    int integer(String name, int otherwise, int min, int max) {
        String text = text(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Answered below, like a number out of range.
        }
        refuse(name + " must be a whole number from " + min + " to " + max);
        return otherwise;
    }

    /** A moment, epoch milliseconds: RFC 3339, epoch milliseconds, or a date, which is the start of that day. */
    long time(String name, long otherwise, ZoneId zone) {
        String text = text(name);
        if (text == null) {
            return otherwise;
        }
        try {
            Instant time = instant(text, zone);
            if (!time.isBefore(EARLIEST) && time.isBefore(LATEST)) {
                return time.toEpochMilli();
            }
        } catch (DateTimeException | NumberFormatException e) {
            // Answered below, like a time out of range.
        }
        refuse(name + " must be a time from 2000 to 2099: RFC 3339 (2026-11-23T12:00:00Z), epoch milliseconds, or a"
                + " date (2026-11-23)");
        return otherwise;
    }

    private static Instant instant(String text, ZoneId zone) {
        if (text.matches("[0-9]{1,15}")) {
            return Instant.ofEpochMilli(Long.parseLong(text));
        }
        if (text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
            return LocalDate.parse(text).atStartOfDay(zone).toInstant();
        }
        // A + that was not encoded arrives as a blank.
        return OffsetDateTime.parse(text.replace(' ', '+').toUpperCase(Locale.ROOT))
                .toInstant();
    }

    /** {@code from}, {@code to} and {@code step}; widened to whole steps. */
    SeriesRange range(long nowMillis, ZoneId zone) {
        long to = time("to", nowMillis, zone);
        Step asked = step();
        long from = time("from", to - (asked == null ? 1 : usualDays(asked)) * DAY_MILLIS, zone);
        if (from >= to) {
            refuse("from must be before to");
            return new SeriesRange(to, to, Step.HOUR, zone);
        }
        Step step = asked == null ? usualStep(to - from) : asked;
        if (to - from > MOST_DAYS.get(step) * DAY_MILLIS) {
            refuse("from and to are over " + MOST_DAYS.get(step) + " days apart, too far for a step of " + step.wire()
                    + ": take a larger step or a shorter time");
        }
        long end = step.floor(to, zone);
        return new SeriesRange(step.floor(from, zone), end < to ? step.next(end, zone) : to, step, zone);
    }

    private Step step() {
        String name = text("step");
        if (name == null) {
            return null;
        }
        Step step = Step.of(name).orElse(null);
        if (step == null) {
            refuse("step must be 5m, 1h or 1d");
        }
        return step;
    }

    private static Step usualStep(long millis) {
        if (millis <= 2 * DAY_MILLIS) {
            return Step.FIVE_MINUTES;
        }
        return millis <= 31 * DAY_MILLIS ? Step.HOUR : Step.DAY;
    }

    private static int usualDays(Step step) {
        return switch (step) {
            case FIVE_MINUTES -> 1;
            case HOUR -> 7;
            case DAY -> 30;
        };
    }

    /** Whole days, {@code from} the first {@code to} the last one, exclusive; a moment is the day that it is in. */
    Days days(LocalDate today, int usual, int most, ZoneId zone) {
        long end = today.atStartOfDay(zone).toInstant().toEpochMilli();
        LocalDate to = dayOf(time("to", end, zone), zone);
        LocalDate from = text("from") == null ? to.minusDays(usual) : dayOf(time("from", end, zone), zone);
        if (!from.isBefore(to)) {
            refuse("from must be a day before to");
        } else if (from.plusDays(most).isBefore(to)) {
            refuse("from and to must be at most " + most + " days apart");
        }
        return new Days(from, to);
    }

    private static LocalDate dayOf(long atMillis, ZoneId zone) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(atMillis), zone);
    }

    /** Where a page begins, as {@link #cursor(String)} wrote it; {@code null} for the first page. */
    String cursor() {
        String cursor = text("cursor");
        if (cursor == null) {
            return null;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
            if (text.startsWith("p") && text.length() <= 100) {
                return text.substring(1);
            }
        } catch (IllegalArgumentException e) {
            // Answered below.
        }
        refuse("cursor must be the \"next\" of an earlier answer");
        return null;
    }

    /** The same, for pages that begin at a moment; 0 for the first page. */
    long timeCursor() {
        String text = cursor();
        if (text == null) {
            return 0;
        }
        if (text.matches("[0-9]{1,13}")) {
            return Long.parseLong(text);
        }
        refuse("cursor must be the \"next\" of an earlier answer");
        return 0;
    }

    static String cursor(String place) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("p" + place).getBytes(StandardCharsets.US_ASCII));
    }

    /** Whole days; {@code to} is exclusive. */
    record Days(LocalDate from, LocalDate to) {
        long count() {
            return to.toEpochDay() - from.toEpochDay();
        }
    }
}
