package io.headcount.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** The text between a crowd's process and its leader: one JSON object a line. */
final class CrowdLines {
    private static final ObjectMapper MAPPER = JsonMapper.builder().build();

    private CrowdLines() {}

    /** A message or plan as a line, without the line's end. */
    static String write(Object message) {
        try {
            return MAPPER.writeValueAsString(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and texts can be written", e);
        }
    }

    /**
     * Reads a line.
     *
     * @throws LoadException when it is none
     */
    static <T> T read(String line, Class<T> type) throws LoadException {
        try {
            return MAPPER.readValue(line, type);
        } catch (JsonProcessingException e) {
            throw new LoadException("not a crowd's line: " + line.substring(0, Math.min(line.length(), 200)), e);
        }
    }
}
