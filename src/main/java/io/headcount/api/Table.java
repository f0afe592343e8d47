package io.headcount.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An answer of lines with the same columns: JSON, or CSV (RFC 4180) for spreadsheets.
 *
 * @param head what is said of all lines, in JSON only
 * @param columns names of the items' fields, in the order of the CSV
 * @param items flat objects
 * @param next cursor of the next page, or {@code null}
 * @param maxAgeSeconds so long nobody need ask again
 */
record Table(JsonObject head, List<String> columns, List<JsonObject> items, String next, int maxAgeSeconds) {
    private static final String LINE_END = "\r\n";
    /** A spreadsheet takes a text that begins so for a formula, and what people call their streams is theirs to say. */
    private static final String FORMULA = "=+-@\t\r";

    Buffer json() {
        return head.copy().put("items", new JsonArray(items)).put("next", next).toBuffer();
    }

    Buffer csv() {
        StringBuilder text = new StringBuilder(String.join(",", columns)).append(LINE_END);
        for (JsonObject item : items) {
            text.append(columns.stream().map(name -> cell(item.getValue(name))).collect(Collectors.joining(",")))
                    .append(LINE_END);
        }
        return Buffer.buffer(text.toString());
    }

    private static String cell(Object value) {
        if (value == null) {
            return "";
        }
        if (!(value instanceof String text)) {
            return value.toString();
        }
        String safe = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n')
                ? '"' + safe.replace("\"", "\"\"") + '"'
                : safe;
    }
}
