package io.headcount.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.model.Count;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.model.Repair;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {
    private final MessageCodec codec = new MessageCodec();

    static List<Message> messages() {
        return List.of(
                new Message.Counts("n1", List.of(new Count("42", 1, 2, 3, 4, 5, 6, Mode.DEGRADED))),
                new Message.Verify("42", new Incarnation("n-1", 7), "drift"),
                new Message.Repaired(new Repair("42", "n1#7", 1, 2, 3, 4, "gap", 5, 6)),
                new Message.Endings(List.of("42", "43"), List.of("44")),
                new Message.Hello("n1", Set.of("keeper"), true),
                new Message.NodeStatus(
                        "n1", "1.0", "n1#7", Set.of("keeper"), 1, 2, 3, 4, 5, 6, 7, Map.of("redis", "ok")));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void readsWhatItWrote(Message message) {
        Buffer wire = Buffer.buffer("before");
        int position = wire.length();

        codec.encodeToWire(wire, message);

        assertThat(codec.decodeFromWire(position, wire)).isEqualTo(message);
    }

    @Test
    void refusesToSendALocalMessageAway() {
        assertThatThrownBy(() -> codec.encodeToWire(Buffer.buffer(), new Message.Census(0, Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Census");
    }

    @Test
    void refusesBytesOfAnUnknownKind() {
        assertThatThrownBy(() -> codec.decodeFromWire(0, Buffer.buffer(new byte[] {99})))
                .hasMessageContaining("another version");
    }
}
