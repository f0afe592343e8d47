package io.headcount.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a viewer says to the server: pings, or nothing. */
public enum ClientMessage {
    /** {@code {"type":"ping"}}, answered by {@link ServerMessage.Pong}. */
    PING,
    /** A JSON object of another type. */
    UNKNOWN,
    /** Not a JSON object. */
    MALFORMED;

    private static final byte[] USUAL_PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII);

    /** Reads the payload of a text frame; never throws. Fields that are not known are left to later versions. */
    public static ClientMessage parse(byte[] payload) {
        if (Arrays.equals(payload, USUAL_PING)) {
            return PING;
        }
        try {
            JsonNode json = Reader.MAPPER.readTree(new String(payload, StandardCharsets.UTF_8));
            if (json == null || !json.isObject()) {
                return MALFORMED;
            }
            return "ping".equals(json.path("type").textValue()) ? PING : UNKNOWN;
        } catch (IOException e) {
            return MALFORMED;
        }
    }

    /** Holds the reader, so that it is loaded only when a client sends something unusual. */
    private static final class Reader {
        private static final ObjectMapper MAPPER = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .build();
    }
}
