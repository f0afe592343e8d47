package io.headcount.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.headcount.model.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What the server says to a viewer: one JSON object a text frame. Written by hand, since all that goes in are ids (of
 * {@link io.headcount.model.Ids#RULE}) and numbers, and it is the hot path; read by Jackson, on the clients' side.
 */
public sealed interface ServerMessage {
    /** The first message: this session is counted. */
    record Welcome(String session, String stream, long viewers, long asOfMillis, Mode mode) implements ServerMessage {
        @Override
        public String json() {
            return "{\"type\":\"welcome\",\"session\":\"" + session + "\","
                    + countFields(stream, viewers, asOfMillis, mode);
        }
    }

    /**
     * A count of a stream.
     *
     * @param everyMillis the interval in force where the push budget stretches it; 0, and then not in the message, where
     *     it is the configured one: a field that nearly always says the same would be a fifth of every message
     */
    record CountUpdate(String stream, long viewers, long asOfMillis, Mode mode, int everyMillis)
            implements ServerMessage {
        /** In the configured interval. */
        public CountUpdate(String stream, long viewers, long asOfMillis, Mode mode) {
            this(stream, viewers, asOfMillis, mode, 0);
        }

        @Override
        public String json() {
            String fields = countFields(stream, viewers, asOfMillis, mode);
            return "{\"type\":\"count\","
                    + (everyMillis == 0
                            ? fields
                            : fields.substring(0, fields.length() - 1) + ",\"everyMillis\":" + everyMillis + "}");
        }
    }

    /** Close and come back after so many milliseconds. */
    record Reconnect(long afterMillis) implements ServerMessage {
        @Override
        public String json() {
            return "{\"type\":\"reconnect\",\"afterMillis\":" + afterMillis + "}";
        }
    }

    /** The broadcast is over. */
    record Ended(String stream) implements ServerMessage {
        @Override
        public String json() {
            return "{\"type\":\"ended\",\"stream\":\"" + stream + "\"}";
        }
    }

    /** The answer to a client's ping. */
    record Pong() implements ServerMessage {
        @Override
        public String json() {
            return "{\"type\":\"pong\"}";
        }
    }

    /** The text of the frame. */
    String json();

    /** The payload of the frame. */
    default byte[] bytes() {
        return json().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads a frame's text.
     *
     * @throws IllegalArgumentException when it is none of the above
     */
    static ServerMessage parse(String text) {
        try {
            JsonNode json = Reader.MAPPER.readTree(text);
            return switch (json.path("type").asText()) {
                case "welcome" ->
                    new Welcome(
                            json.path("session").asText(),
                            json.path("stream").asText(),
                            json.path("viewers").asLong(),
                            json.path("asOf").asLong(),
                            mode(json));
                case "count" ->
                    new CountUpdate(
                            json.path("stream").asText(),
                            json.path("viewers").asLong(),
                            json.path("asOf").asLong(),
                            mode(json),
                            json.path("everyMillis").asInt());
                case "reconnect" -> new Reconnect(json.path("afterMillis").asLong());
                case "ended" -> new Ended(json.path("stream").asText());
                case "pong" -> new Pong();
                default -> throw new IllegalArgumentException("unknown message: " + text);
            };
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + text, e);
        }
    }

    private static Mode mode(JsonNode json) {
        return Mode.EXACT.wire().equals(json.path("mode").asText()) ? Mode.EXACT : Mode.DEGRADED;
    }

    private static String countFields(String stream, long viewers, long asOfMillis, Mode mode) {
        return "\"stream\":\"" + stream + "\",\"viewers\":" + viewers + ",\"asOf\":" + asOfMillis + ",\"mode\":\""
                + mode.wire() + "\"}";
    }

    /** Holds the reader, so that a server that never reads never loads it. */
    final class Reader {
        private static final ObjectMapper MAPPER = new ObjectMapper();

        private Reader() {}
    }
}
