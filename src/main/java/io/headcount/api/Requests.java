package io.headcount.api;

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
    private static final Set<String> STREAM_FIELDS = Set.of("title", "broadcaster", "category");

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
        for (String stream : streams) {
            if (!Ids.valid(stream)) {
                throw Problem.badRequest("Each stream's id must be " + Ids.RULE + ".");
            }
        }
        return streams;
    }

    static int limit(RoutingContext context) {
        String text = single(context, "limit");
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
        throw Problem.badRequest("limit must be a whole number from 1 to " + MOST_LIMIT + ".");
    }

    static String category(RoutingContext context) {
        String category = single(context, "category");
        if (category != null && !Ids.valid(category)) {
            throw Problem.badRequest("category must be " + Ids.RULE + ".");
        }
        return category;
    }

    /** The rank after which to go on; 0 for the first page. */
    static long cursor(RoutingContext context) {
        String cursor = single(context, "cursor");
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
        throw Problem.badRequest("cursor must be the \"next\" of an earlier answer.");
    }

    static String cursorAfter(long rank) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(("r" + rank).getBytes(StandardCharsets.US_ASCII));
    }

    static StreamInfo streamInfo(RoutingContext context, String id) {
        String type = context.request().getHeader("Content-Type");
        if (type == null || !type.toLowerCase(java.util.Locale.ROOT).startsWith("application/json")) {
            throw Problem.unsupportedMediaType("Send the stream as Content-Type: application/json.");
        }
        JsonObject body = json(context);
        List<String> wrong = new ArrayList<>();
        for (String field : body.fieldNames()) {
            if (!STREAM_FIELDS.contains(field)) {
                wrong.add("unknown field \"" + field + "\" (known: title, broadcaster, category)");
            } else if (body.getValue(field) != null && !(body.getValue(field) instanceof String)) {
                wrong.add(field + " must be a text");
            }
        }
        if (!wrong.isEmpty()) {
            throw Problem.badRequest(String.join("; ", wrong) + ".");
        }
        String title = body.getString("title");
        if (title != null && (title.isBlank() || title.length() > StreamInfo.MAX_TITLE_LENGTH)) {
            wrong.add("title must be 1 to " + StreamInfo.MAX_TITLE_LENGTH + " characters");
        }
        for (String field : List.of("broadcaster", "category")) {
            if (body.getString(field) != null && !Ids.valid(body.getString(field))) {
                wrong.add(field + " must be " + Ids.RULE);
            }
        }
        if (!wrong.isEmpty()) {
            throw Problem.badRequest(String.join("; ", wrong) + ".");
        }
        return new StreamInfo(id, title, body.getString("broadcaster"), body.getString("category"));
    }

    private static JsonObject json(RoutingContext context) {
        try {
            JsonObject body = context.body().asJsonObject();
            if (body != null) {
                return body;
            }
        } catch (DecodeException e) {
            throw Problem.badRequest("The body is not JSON: " + firstLine(e.getMessage()));
        } catch (ClassCastException e) {
            // Answered below: JSON, but no object.
        }
        throw Problem.badRequest("The body must be a JSON object, like {\"title\":\"…\"}.");
    }

    private static String single(RoutingContext context, String name) {
        List<String> values = context.queryParam(name);
        if (values.size() > 1) {
            throw Problem.badRequest(name + " was given " + values.size() + " times; once is enough.");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
