package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.config.Cidr;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
    private final ClientAddress addresses = new ClientAddress(
            Stream.of("10.0.0.0/8", "fd00::/8").map(Cidr::parse).toList());

    private static InetAddress ip(String text) {
        return NetUtil.createInetAddressFromIpAddressString(text);
    }

    @ParameterizedTest(name = "{0}, forwarded for {1}, is {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.1 |                                      | 203.0.113.1",
                "203.0.113.1 | 198.51.100.7                         | 203.0.113.1",
                "10.0.0.1    | 198.51.100.7                         | 198.51.100.7",
                "10.0.0.1    | 192.0.2.66, 198.51.100.7             | 198.51.100.7",
                "10.0.0.1    | 192.0.2.66, 198.51.100.7, 10.9.9.9   | 198.51.100.7",
                "10.0.0.1    | 10.1.1.1, 10.2.2.2                   | 10.1.1.1",
                "10.0.0.1    | 198.51.100.7:4711                    | 198.51.100.7",
                "10.0.0.1    | [2001:db8::7]:4711                   | 2001:db8::7",
                "fd00::1     | 2001:db8::7                          | 2001:db8::7",
                "10.0.0.1    | 198.51.100.7, unknown                | 10.0.0.1",
                "10.0.0.1    | 198.51.100.7, evil.example, 10.3.3.3 | 10.3.3.3",
                "10.0.0.1    | ,,                                   | 10.0.0.1",
            })
    void takesTheRightmostAddressThatIsNoProxys(String peer, String header, String client) {
        List<String> lines = header == null ? List.of() : List.of(header);

        assertThat(addresses.of(ip(peer), lines)).isEqualTo(ip(client));
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1;198.51.100.7, 198.51.100.7", "198.51.100.7;10.1.1.1, 198.51.100.7"})
    void readsSeveralLinesAsOne(String lines, String client) {
        assertThat(addresses.of(ip("10.0.0.1"), Arrays.asList(lines.split(";", -1))))
                .isEqualTo(ip(client));
    }
}
