package io.headcount.gateway;

import io.headcount.auth.Origins;
import io.headcount.model.Ids;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Base64;
import java.util.List;

/** What a handshake has to look like (RFC 6455, 4.2.1, and the contract), judged from its head alone. */
final class HandshakeRules {
    static final int MAX_URI_BYTES = 4_096;

    /** Of a request that names up to 500 streams: 500 ids of 64 bytes, each with its parameter's name. */
    static final int MAX_LIST_URI_BYTES = 40_960;

    static final int MAX_HEADER_BYTES = 8_192;
    static final String PROTOCOL = "headcount.v1";

    /** The observers' WebSocket. */
    static final String COUNTS = "/v1/counts";

    /** The most streams of an observer. */
    static final int MOST_OBSERVED = 200;

    private static final String PREFIX = "/v1/streams/";
    private static final String SUFFIX = "/watch";
    private static final String BEAT_SUFFIX = "/beat";
    private static final int KEY_BYTES = 16;

    private final Origins origins;

    HandshakeRules(List<String> allowedOrigins) {
        this.origins = new Origins(allowedOrigins);
    }

    /** Whether a path is a WebSocket, the viewers' or the observers', well-formed or not. */
    static boolean isSocket(String path) {
        return isWatch(path) || COUNTS.equals(path);
    }

    /** Whether a path is the viewers' WebSocket, well-formed or not. */
    static boolean isWatch(String path) {
        return path != null && path.startsWith(PREFIX) && path.endsWith(SUFFIX);
    }

    /** Whether a request is a sign of life of a viewer without WebSocket. */
    static boolean isBeat(HttpServerRequest request) {
        String path = request.path();
        return HttpMethod.POST.equals(request.method())
                && path != null
                && path.startsWith(PREFIX)
                && path.endsWith(BEAT_SUFFIX);
    }

    /** The stream in a {@linkplain #isWatch watch} path; anything may stand there. */
    static String stream(String path) {
        return path.length() < PREFIX.length() + SUFFIX.length()
                ? ""
                : path.substring(PREFIX.length(), path.length() - SUFFIX.length());
    }

    /** Judges what holds for every request, not for viewers' alone; {@code null} when it is in order. */
    static Refusal judgeHead(HttpServerRequest request) {
        boolean list = "/v1/viewers".equals(request.path()) || COUNTS.equals(request.path());
        int most = list ? MAX_LIST_URI_BYTES : MAX_URI_BYTES;
        if (request.uri().length() > most) {
            return uriTooLong(most);
        }
        List<String> hosts = request.headers().getAll("Host");
        boolean missing = hosts.isEmpty() && request.version() == HttpVersion.HTTP_1_1;
        return missing || hosts.size() > 1 ? noHost() : null;
    }

    private static Refusal noHost() {
        return Refusal.badRequest("exactly one Host header is needed");
    }

    static Refusal uriTooLong(int most) {
        return Refusal.of(414, "URI Too Long", "the URI may have " + most + " bytes");
    }

    /** Judges a request; {@code null} when it is in order. */
    Refusal judge(HttpServerRequest request) {
        if (!HttpMethod.GET.equals(request.method())) {
            return Refusal.of(405, "Method Not Allowed", "this is a WebSocket: GET")
                    .with("Allow", "GET");
        }
        MultiMap headers = request.headers();
        List<String> hosts = headers.getAll("Host");
        if (hosts.size() != 1 || hosts.get(0).isBlank()) {
            return noHost();
        }
        if (hasBody(headers)) {
            return Refusal.badRequest("a handshake has no body");
        }
        if (isWatch(request.path()) && !Ids.valid(stream(request.path()))) {
            return Refusal.badRequest("a stream id is " + Ids.RULE);
        }
        Refusal upgrade = judgeUpgrade(request, headers);
        if (upgrade != null) {
            return upgrade;
        }
        return origins.allow(headers.getAll("Origin"), hosts.get(0))
                ? null
                : Refusal.of(403, "Forbidden", "this origin is not allowed here");
    }

    private static Refusal judgeUpgrade(HttpServerRequest request, MultiMap headers) {
        if (request.version() != HttpVersion.HTTP_1_1) {
            return Refusal.badRequest("a WebSocket needs HTTP/1.1");
        }
        if (!listed(headers, "Upgrade", "websocket") || !listed(headers, "Connection", "upgrade")) {
            return Refusal.upgradeRequired(
                    "this is a WebSocket: Upgrade: websocket and Connection: Upgrade are needed");
        }
        List<String> versions = headers.getAll("Sec-WebSocket-Version");
        if (versions.size() != 1 || !versions.get(0).trim().equals("13")) {
            return Refusal.upgradeRequired("Sec-WebSocket-Version must be 13");
        }
        List<String> keys = headers.getAll("Sec-WebSocket-Key");
        return keys.size() == 1 && validKey(keys.get(0).trim())
                ? null
                : Refusal.badRequest("Sec-WebSocket-Key must be 16 bytes in Base64, once");
    }

    private static boolean hasBody(MultiMap headers) {
        String length = headers.get("Content-Length");
        return headers.contains("Transfer-Encoding")
                || (length != null && !length.trim().equals("0"));
    }

    private static boolean validKey(String key) {
        try {
            return key.length() == 24 && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether a comma-separated header has an element, whatever its case. */
    static boolean listed(MultiMap headers, String name, String element) {
        for (String line : headers.getAll(name)) {
            for (String part : line.split(",", -1)) {
                if (part.trim().equalsIgnoreCase(element)) {
                    return true;
                }
            }
        }
        return false;
    }
}
