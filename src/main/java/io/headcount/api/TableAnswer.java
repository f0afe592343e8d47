package io.headcount.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;

/** How a {@link Table} is sent: as what was asked for, or, to somebody who has it already, as a 304. */
final class TableAnswer {
    private static final String FORMAT = "format";
    private static final String CSV = "text/csv";
    private static final int TAG_BYTES = 12;

    private TableAnswer() {}

    /** Whether CSV is wanted: by {@code format=csv}, or else by an Accept that names it and not JSON. */
    static boolean csv(RoutingContext context, Query query) {
        String format = query.text(FORMAT);
        if (format != null && !format.equals("csv") && !format.equals("json")) {
            query.refuse("format must be json or csv");
        }
        if (format != null) {
            return format.equals("csv");
        }
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.contains(CSV) && !accept.contains("application/json");
    }

    /** Puts the headers of a table and returns its body; {@code null} after a 304, which has none. */
    static Buffer prepare(RoutingContext context, Table table) {
        HttpServerResponse response = context.response();
        boolean csv = csv(context, new Query(context));
        Buffer body = csv ? table.csv() : table.json();
        String tag = "\"" + hash(body) + "\"";
        response.headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        response.putHeader(HttpHeaders.ETAG, tag)
                .putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=" + table.maxAgeSeconds())
                .putHeader(HttpHeaders.CONTENT_TYPE, csv ? CSV + "; charset=utf-8" : "application/json");
        if (csv && table.next() != null) {
            response.putHeader("Link", "<" + nextPage(context, table.next()) + ">; rel=\"next\"");
        }
        if (matches(context.request().getHeader(HttpHeaders.IF_NONE_MATCH), tag)) {
            response.headers().remove(HttpHeaders.CONTENT_TYPE);
            response.setStatusCode(304);
            return null;
        }
        return body;
    }

    private static boolean matches(String given, String tag) {
        if (given == null) {
            return false;
        }
        for (String one : given.split(",", -1)) {
            String bare = one.strip();
            if (bare.equals("*") || (bare.startsWith("W/") ? bare.substring(2) : bare).equals(tag)) {
                return true;
            }
        }
        return false;
    }

    private static String nextPage(RoutingContext context, String cursor) {
        String kept = context.queryParams().entries().stream()
                .filter(parameter -> !parameter.getKey().equals("cursor"))
                .map(parameter -> encoded(parameter.getKey()) + "=" + encoded(parameter.getValue()) + "&")
                .collect(Collectors.joining());
        return context.request().path() + "?" + kept + "cursor=" + encoded(cursor);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String hash(Buffer body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, TAG_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
