package io.headcount.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The API's description, as it was written and as JSON (for programs without a YAML reader, such as browsers). */
record Description(Buffer yaml, Buffer json) {
    private static final String FILE = "/openapi/openapi.yaml";

    /** Reads it from the class path; some tens of milliseconds. */
    static Description load() {
        try (InputStream file = Description.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException("the jar lacks " + FILE + ": build it again");
            }
            byte[] yaml = file.readAllBytes();
            byte[] json = new ObjectMapper().writeValueAsBytes(new YAMLMapper().readTree(yaml));
            return new Description(Buffer.buffer(yaml), Buffer.buffer(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
