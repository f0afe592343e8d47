package io.headcount.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.store.redis.ReplyError.Kind;
import io.vertx.redis.client.impl.types.ErrorType;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyErrorTest {
    private static final String ASKED = "10.0.0.1:7000";

    @Test
    void knowsWhereACallIsSentTo() {
        assertThat(reply("MOVED 3999 10.0.0.2:7001")).isEqualTo(new ReplyError(Kind.MOVED, "10.0.0.2:7001"));
        assertThat(reply("ASK 3999 10.0.0.2:7001")).isEqualTo(new ReplyError(Kind.ASK, "10.0.0.2:7001"));
    }

    @Test
    void takesTheAskedHostWhereTheRedirectionNamesNone() {
        assertThat(reply("MOVED 3999 :7001").address()).isEqualTo("10.0.0.1:7001");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRYAGAIN Multiple keys request during rehashing of slot",
                "CLUSTERDOWN The cluster is down",
                "LOADING Redis is loading the dataset in memory",
                "MASTERDOWN Link with MASTER is down",
                "READONLY You can't write against a read only replica.",
                "NOREPLICAS Not enough good replicas to write."
            })
    void waitsForWhatWillPass(String message) {
        assertThat(reply(message).kind()).isEqualTo(Kind.PASSING);
    }

    @Test
    void tellsABrokenConnectionFromARefusal() {
        assertThat(reply("CONNECTION_CLOSED").kind()).isEqualTo(Kind.BROKEN);
        assertThat(ReplyError.of(new IOException("Connection reset by peer"), ASKED)
                        .kind())
                .isEqualTo(Kind.BROKEN);
        assertThat(reply("WRONGTYPE Operation against a key").kind()).isEqualTo(Kind.FINAL);
        assertThat(reply("NOSCRIPT No matching script").kind()).isEqualTo(Kind.NO_SCRIPT);
    }

    private static ReplyError reply(String message) {
        return ReplyError.of(ErrorType.create(message), ASKED);
    }
}
