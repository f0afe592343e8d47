package io.headcount.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In front of a real Redis server. */
class TcpProxyIT {
    private final TcpProxy proxy =
            TcpProxy.to("127.0.0.1", SharedServers.redis().port(0));

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void carriesBytesBothWays() throws IOException {
        String large = "x".repeat(1_000_000);
        try (RespClient client = connect(2_000)) {
            assertThat(client.call("ECHO", large)).isEqualTo(large);
        }
    }

    @Test
    void holdsBackWhatIsSentDuringACutAndDeliversItAfterwards() throws IOException {
        try (RespClient client = connect(300)) {
            assertThat(client.call("PING")).isEqualTo("PONG");

            proxy.cut();
            assertThatThrownBy(() -> client.call("ECHO", "late")).isInstanceOf(SocketTimeoutException.class);
            proxy.heal();

            // The reply to the first call comes first: nothing was lost, and the connection is the same.
            assertThat(client.call("ECHO", "next")).isEqualTo("late");
            assertThat(proxy.connections()).isEqualTo(1);
        }
    }

    @Test
    void cutsOneDirectionOnly() throws Exception {
        EmbeddedRedisCluster redis = SharedServers.redis();
        String key = "one-direction";
        try (TcpProxy toMaster = TcpProxy.to("127.0.0.1", redis.port(redis.masterOf(key)));
                RespClient client = new RespClient(toMaster.host(), toMaster.port(), 300)) {
            client.call("DEL", key);

            toMaster.cut(TcpProxy.Direction.TO_CLIENT);

            assertThatThrownBy(() -> client.call("SET", key, "arrived")).isInstanceOf(SocketTimeoutException.class);
            assertThat(redis.call(redis.masterOf(key), "GET", key)).isEqualTo("arrived");
        }
    }

    @Test
    void letsNewConnectionsHangDuringACut() {
        proxy.cut();

        assertThatThrownBy(() -> {
                    try (RespClient client = connect(300)) {
                        client.call("PING");
                    }
                })
                .isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void tearsConnectionsDownUntilHealed() throws IOException {
        try (RespClient client = connect(2_000)) {
            client.call("PING");
            proxy.refuse();
            assertThatThrownBy(() -> client.call("PING"))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
        assertThatThrownBy(() -> {
                    try (RespClient client = connect(2_000)) {
                        client.call("PING");
                    }
                })
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);

        proxy.heal();
        try (RespClient client = connect(2_000)) {
            assertThat(client.call("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void delaysEachDirection() throws IOException {
        try (RespClient client = connect(2_000)) {
            client.call("PING");
            proxy.delay(Duration.ofMillis(100));

            long before = System.nanoTime();
            client.call("PING");

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(199));
        }
    }

    private RespClient connect(int timeoutMillis) throws IOException {
        return new RespClient(proxy.host(), proxy.port(), timeoutMillis);
    }
}
