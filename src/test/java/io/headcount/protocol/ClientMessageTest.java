package io.headcount.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientMessageTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PING      | {\"type\":\"ping\"}",
                "PING      | { \"type\" : \"p\\u0069ng\", \"later\": [1] }",
                "UNKNOWN   | {}",
                "UNKNOWN   | {\"type\":\"pong\"}",
                "UNKNOWN   | {\"type\":null}",
                "UNKNOWN   | {\"type\":[\"ping\"]}",
                "MALFORMED | ``",
                "MALFORMED | ping",
                "MALFORMED | \"ping\"",
                "MALFORMED | [{\"type\":\"ping\"}]",
                "MALFORMED | {\"type\":\"ping\"",
                "MALFORMED | {\"type\":\"ping\"} {}",
                "MALFORMED | {\"type\":\"ping\",\"type\":\"ping\"}"
            })
    void understands(ClientMessage expected, String text) {
        assertThat(ClientMessage.parse(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(expected);
    }
}
