package io.headcount.gateway;

import io.headcount.config.Cidr;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;

/**
 * From which address a request comes, for the limits; it is never logged or kept. Behind proxies that are trusted it is
 * the rightmost address of {@code X-Forwarded-For} that is none of theirs: what stands left of it is what the client
 * itself claims.
 */
final class ClientAddress {
    /** More proxies than that are no proxies. */
    private static final int MOST_HOPS = 32;

    private final List<Cidr> trusted;

    ClientAddress(List<Cidr> trusted) {
        this.trusted = trusted;
    }

    /** Whether the header matters when the connection comes from here. */
    boolean trusts(InetAddress address) {
        for (Cidr network : trusted) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The client's address.
     *
     * @param peer the connection's other end
     * @param forwardedFor all lines of the header, in order
     */
    InetAddress of(InetAddress peer, List<String> forwardedFor) {
        if (forwardedFor.isEmpty() || !trusts(peer)) {
            return peer;
        }
        InetAddress nearest = peer;
        String[] hops = String.join(",", forwardedFor).split(",", -1);
        int last = Math.max(0, hops.length - MOST_HOPS);
        for (int i = hops.length - 1; i >= last; i--) {
            InetAddress hop = NetUtil.createInetAddressFromIpAddressString(withoutPort(hops[i].trim()));
            if (hop == null) {
                // Nothing that a trusted proxy wrote: whoever is nearest to it is all that is known.
                return nearest;
            }
            nearest = hop;
            if (!trusts(hop)) {
                return hop;
            }
        }
        return nearest;
    }

    /** Some proxies write {@code 192.0.2.1:4711} and {@code [2001:db8::1]:4711}. */
    private static String withoutPort(String hop) {
        if (hop.startsWith("[")) {
            int end = hop.indexOf(']');
            return end < 0 ? hop : hop.substring(1, end);
        }
        int colon = hop.indexOf(':');
        return colon >= 0 && colon == hop.lastIndexOf(':') ? hop.substring(0, colon) : hop;
    }
}
