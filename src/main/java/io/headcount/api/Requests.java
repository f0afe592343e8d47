package io.headcount.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.headcount.model.Ids;
import io.headcount.model.StreamInfo;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** What requests say, checked: everything wrong with one is named in one 400. */
final class Requests {
    static final int MOST_STREAMS = 500;
    private static final int MOST_LIMIT = 100;
    private static final int DEFAULT_LIMIT = 20;
    private static final Set<String> STREAM_FIELDS = Set.of("title", "broadcaster", "category", "status");

    private Requests() {}

    static String stream(RoutingContext context) {
        String id = context.pathParam("stream");
        if (!Ids.valid(id)) {
            throw Problem.badRequest("The stream's id must be " + Ids.RULE + ".");
        }
        return id;
    }

    static List<String> streams(RoutingContext context) {
        List<String> streams = context.queryParam("stream");
        if (streams.isEmpty() || streams.size() > MOST_STREAMS) {
            throw Problem.badRequest(
                    "Name 1 to " + MOST_STREAMS + " streams (?stream=a&stream=b), not " + streams.size() + ".");
        }
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < streams.size(); i++) {
            if (!Ids.valid(streams.get(i))) {
                wrong.add(Integer.toString(i + 1));
            }
        }
        if (!wrong.isEmpty()) {
            throw Problem.badRequest(
                    "Each stream's id must be " + Ids.RULE + "; that of no. " + String.join(", ", wrong) + " is not.");
        }
        return streams;
    }

    /** Which page of which ranking is asked for. */
    static Page page(RoutingContext context) {
        List<String> wrong = new ArrayList<>();
        Page page = new Page(category(context, wrong), cursor(context, wrong), limit(context, wrong));
        refuse(wrong);
        return page;
    }

    private static int limit(RoutingContext context, List<String> wrong) {
        String text = single(context, "limit", wrong);
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MOST_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Answered below, like a number out of range.
        }
        wrong.add("limit must be a whole number from 1 to " + MOST_LIMIT);
        return DEFAULT_LIMIT;
    }

    private static String category(RoutingContext context, List<String> wrong) {
        String category = single(context, "category", wrong);
        if (category != null && !Ids.valid(category)) {
            wrong.add("category must be " + Ids.RULE);
        }
        return category;
    }

    private static long cursor(RoutingContext context, List<String> wrong) {
        String cursor = single(context, "cursor", wrong);
        if (cursor == null) {
            return 0;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
            long rank = text.startsWith("r") ? Long.parseLong(text.substring(1)) : -1;
            if (rank > 0) {
                return rank;
            }
        } catch (IllegalArgumentException e) {
            // Answered below.
        }
        wrong.add("cursor must be the \"next\" of an earlier answer");
        return 0;
    }

    static String cursorAfter(long rank) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(("r" + rank).getBytes(StandardCharsets.US_ASCII));
    }

    /** A body that is a JSON object. */
    static JsonObject body(RoutingContext context, String what) {
        String type = context.request().getHeader("Content-Type");
        if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
            throw Problem.unsupportedMediaType("Send the " + what + " as Content-Type: application/json.");
        }
        return json(context);
    }

    static StreamInfo streamInfo(RoutingContext context, String id) {
        JsonObject body = body(context, "stream");
        List<String> wrong = new ArrayList<>();
        for (String field : body.fieldNames()) {
            String problem = fieldProblem(field, body.getValue(field));
            if (problem != null) {
                wrong.add(problem);
            }
        }
        refuse(wrong);
        return new StreamInfo(id, body.getString("title"), body.getString("broadcaster"), body.getString("category"));
    }

    /** What is wrong with a field of a stream; {@code null} for nothing. */
    private static String fieldProblem(String field, Object value) {
        if (!STREAM_FIELDS.contains(field)) {
            return "unknown field \"" + field + "\" (known: title, broadcaster, category, status)";
        }
        if (value == null) {
            return null;
        }
        if (!(value instanceof String text)) {
            return field + " must be a text";
        }
        if (field.equals("status")) {
            return text.equals("active") ? null : "status can be set to active; POST …/end ends a stream";
        }
        if (field.equals("title")) {
            return text.isBlank() || text.length() > StreamInfo.MAX_TITLE_LENGTH
                    ? "title must be 1 to " + StreamInfo.MAX_TITLE_LENGTH + " characters"
                    : null;
        }
        return Ids.valid(text) ? null : field + " must be " + Ids.RULE;
    }

    private static void refuse(List<String> wrong) {
        if (!wrong.isEmpty()) {
            throw Problem.badRequest(String.join("; ", wrong) + ".");
        }
    }

    private static JsonObject json(RoutingContext context) {
        try {
            JsonObject body = context.body().asJsonObject();
            if (body != null) {
                return body;
            }
        } catch (DecodeException e) {
            throw Problem.badRequest("The body is not JSON" + where(e) + ".");
        } catch (ClassCastException e) {
            // Answered below: JSON, but no object.
        }
        throw Problem.badRequest("The body must be a JSON object, like {\"title\":\"…\"}.");
    }

    private static String single(RoutingContext context, String name, List<String> wrong) {
        List<String> values = context.queryParam(name);
        if (values.size() > 1) {
            wrong.add(name + " was given " + values.size() + " times; once is enough");
            return null;
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** Place and kind of a mistake in JSON, without what the parser says of itself. */
    private static String where(DecodeException failure) {
        if (failure.getCause() instanceof JsonProcessingException e && e.getLocation() != null) {
            return " (line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + "): "
                    + e.getOriginalMessage().split(" \\(start marker at", 2)[0];
        }
        return "";
    }

    /**
     * A page of a ranking.
     *
     * @param category {@code null} for all
     * @param after the rank after which to go on; 0 for the first page
     */
    record Page(String category, long after, int limit) {}
}
