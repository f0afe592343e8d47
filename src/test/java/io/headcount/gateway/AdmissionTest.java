package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.config.HeadcountConfig;
import io.headcount.gateway.AddressTable.Tally;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whom a node lets in, with time turned by hand. */
class AdmissionTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicInteger sockets = new AtomicInteger();
    private long now;

    private Admission admission(Object... settings) {
        HeadcountConfig config = RunningGateway.config(8080, settings);
        Admission admission = new Admission(config, new GatewayMetrics(meters, sockets), meters, sockets);
        now = System.nanoTime();
        return admission;
    }

    private static InetAddress ip(String text) {
        return NetUtil.createInetAddressFromIpAddressString(text);
    }

    private static InetAddress anyone(int number) {
        return ip("10." + (number >> 16 & 255) + "." + (number >> 8 & 255) + "." + (number & 255));
    }

    /** 101, or the status of the refusal. */
    private int knock(Admission admission, InetAddress address) {
        try {
            admission.enter(address, List.of(), now);
            return 101;
        } catch (Refusal refusal) {
            return refusal.status();
        }
    }

    private int retryAfter(Admission admission, InetAddress address) {
        try {
            admission.enter(address, List.of(), now);
            return 0;
        } catch (Refusal refusal) {
            String answer = refusal.bytes();
            int at = answer.indexOf("retry-after: ") + "retry-after: ".length();
            return Integer.parseInt(answer.substring(at, answer.indexOf('\r', at)));
        }
    }

    private double limited(Limit limit) {
        return meters.get("headcount.gateway.limited")
                .tag("limit", limit.label())
                .counter()
                .count();
    }

    @Test
    void letsAnAddressHaveSoManySocketsAndGivesPlacesBack() throws Refusal {
        Admission admission = admission("limits.maxSocketsPerAddress", 2);
        Tally first = admission.enter(ip("192.0.2.1"), List.of(), now);
        admission.enter(ip("192.0.2.1"), List.of(), now);

        assertThat(knock(admission, ip("192.0.2.1"))).isEqualTo(429);
        assertThat(knock(admission, ip("192.0.2.2"))).isEqualTo(101);
        admission.leave(first);
        assertThat(knock(admission, ip("192.0.2.1"))).isEqualTo(101);

        assertThat(sockets).hasValue(3);
        assertThat(limited(Limit.SOCKETS_PER_ADDRESS)).isEqualTo(1);
    }

    @Test
    void takesASlash64OfIpv6ForOneAddress() {
        Admission admission = admission("limits.maxSocketsPerAddress", 1);

        assertThat(knock(admission, ip("2001:db8:1:2::1"))).isEqualTo(101);
        assertThat(knock(admission, ip("2001:db8:1:2:ffff::9"))).isEqualTo(429);
        assertThat(knock(admission, ip("2001:db8:1:3::1"))).isEqualTo(101);
        assertThat(knock(admission, ip("::1"))).isEqualTo(101);
        assertThat(knock(admission, ip("127.0.0.1"))).isEqualTo(101);
    }

    @Test
    void letsAnAddressComeAtItsPaceAndOthersAtTheirs() {
        Admission admission = admission("limits.maxHandshakesPerSecondPerAddress", 10);
        for (int i = 0; i < 20; i++) {
            assertThat(knock(admission, ip("192.0.2.1"))).isEqualTo(101);
        }

        assertThat(knock(admission, ip("192.0.2.1"))).isEqualTo(429);
        assertThat(knock(admission, ip("192.0.2.2"))).isEqualTo(101);
        now += TimeUnit.MILLISECONDS.toNanos(100);
        assertThat(knock(admission, ip("192.0.2.1"))).isEqualTo(101);
        assertThat(knock(admission, ip("192.0.2.1"))).isEqualTo(429);
    }

    @Test
    void anAddressThatComesTooOftenTakesNothingFromTheNode() {
        Admission admission =
                admission("limits.maxHandshakesPerSecondPerAddress", 1, "limits.maxHandshakesPerSecond", 10);
        for (int i = 0; i < 1_000; i++) {
            knock(admission, ip("192.0.2.1"));
        }

        for (int i = 0; i < 8; i++) {
            assertThat(knock(admission, anyone(i))).isEqualTo(101);
        }
    }

    @Test
    void spreadsAStormAtThePaceAtWhichItIsLetIn() {
        Admission admission = admission("limits.maxHandshakesPerSecond", 100);
        List<Integer> told = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            told.add(retryAfter(admission, anyone(i)));
        }

        assertThat(told.subList(0, 100)).as("a second's worth at once").containsOnly(0);
        List<Integer> refused = told.subList(100, 1_100);
        assertThat(refused.subList(0, 100)).allMatch(seconds -> seconds >= 1 && seconds <= 4);
        assertThat(refused.subList(900, 1_000)).allMatch(seconds -> seconds >= 9 && seconds <= 14);
        for (int second = 2; second <= 10; second++) {
            int at = second;
            assertThat(refused.stream().filter(seconds -> seconds == at).count())
                    .as("those who come back in second " + second)
                    .isBetween(50L, 150L);
        }
        assertThat(limited(Limit.HANDSHAKES)).isEqualTo(1_000);
        assertThat(sockets).hasValue(100);
    }

    @Test
    void sendsNobodyAwayForLongerThanHalfAMinute() {
        Admission admission = admission("limits.maxHandshakesPerSecond", 10);
        List<Integer> told = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            told.add(retryAfter(admission, anyone(i)));
        }

        assertThat(told).allMatch(seconds -> seconds <= Admission.MOST_RETRY_SECONDS);
        assertThat(told.subList(4_000, 5_000)).allMatch(seconds -> seconds >= Admission.MOST_RETRY_SECONDS / 2);
        assertThat(told.subList(4_000, 5_000).stream().distinct().count()).isGreaterThan(10);
    }

    @Test
    void refusesMoreSocketsThanTheNodeHas() throws Refusal {
        Admission admission = admission("limits.maxSockets", 1);
        Tally only = admission.enter(anyone(1), List.of(), now);

        assertThat(retryAfter(admission, anyone(2))).isBetween(5, 10);
        admission.leave(only);
        assertThat(knock(admission, anyone(2))).isEqualTo(101);
    }

    @Test
    void forgetsAddressesAndRemembersNoMoreThanItMay() {
        AddressTable table = new AddressTable(RunningGateway.config(8080, "limits.maxHandshakesPerSecondPerAddress", 5)
                .limits());
        Tally staying = table.enter(ip("192.0.2.1"), now).tally();
        for (int i = 0; i < 1_000_000; i++) {
            table.leave(table.enter(anyone(i), now).tally(), now);
        }

        assertThat(table.size()).isLessThanOrEqualTo(AddressTable.MOST_IDLE + 1);
        now += TimeUnit.SECONDS.toNanos(2);
        table.expire(0, 2, now);
        table.expire(1, 2, now);
        assertThat(table.size()).isEqualTo(1);
        table.leave(staying, now);
        assertThat(table.size()).isZero();
    }
}
