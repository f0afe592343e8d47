package io.headcount.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Where the load goes, and from where. */
final class Targets {
    /** Used when nothing else is known. */
    static final String DEFAULT = "127.0.0.1:8080";

    private Targets() {}

    /**
     * The targets, host:port with numeric hosts.
     *
     * @param asked what was asked for on the command line, may be empty
     * @param runFile what {@code scripts/run} wrote, may be missing
     * @throws LoadException when one is no address, or not this machine and {@code allowRemote} is not given
     */
    static List<String> resolve(List<String> asked, JsonNode runFile, boolean allowRemote) throws LoadException {
        List<String> names = new ArrayList<>(asked);
        if (names.isEmpty()) {
            runFile.path("nodes").forEach(node -> names.add(node.path("public").asText()));
        }
        if (names.isEmpty()) {
            names.add(DEFAULT);
        }
        List<String> resolved = new ArrayList<>();
        for (String name : names) {
            resolved.add(resolve(name, allowRemote));
        }
        return resolved;
    }

    private static String resolve(String name, boolean allowRemote) throws LoadException {
        String hostPort = name.contains("://") ? String.valueOf(URI.create(name).getAuthority()) : name;
        int colon = hostPort.lastIndexOf(':');
        int port = colon > 0 && hostPort.substring(colon + 1).matches("[0-9]{1,5}")
                ? Integer.parseInt(hostPort.substring(colon + 1))
                : 0;
        if (port < 1 || port > 65_535) {
            throw new LoadException("--target wants host:port (e.g. " + DEFAULT + "), not " + name);
        }
        InetAddress address;
        try {
            address = InetAddress.getByName(hostPort.substring(0, colon));
        } catch (UnknownHostException e) {
            throw new LoadException("unknown host in --target " + name, e);
        }
        if (!allowRemote && !local(address)) {
            throw new LoadException("target " + name + " (" + address.getHostAddress()
                    + ") is not on this machine (127.0.0.0/8). Load only what is yours; if it is, say --allow-remote");
        }
        String host = address.getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Whether all are on this machine, so that source addresses can be chosen freely. */
    static boolean allLocal(List<String> targets) {
        return targets.stream().allMatch(target -> local(address(target).getAddress()));
    }

    /** A resolved target as an address; of a numeric host, so that nothing is looked up. */
    static InetSocketAddress address(String target) {
        int colon = target.lastIndexOf(':');
        return new InetSocketAddress(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
    }

    /**
     * Source addresses of a crowd: 127.1.(index + 1).1 and on. From one address a few thousand connections go fast; with
     * more of them the kernel looks long for a free port.
     */
    static List<InetAddress> sources(int index, int count) {
        List<InetAddress> addresses = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] bytes = {127, 1, (byte) (index % 250 + 1), (byte) (i % 250 + 1)};
            try {
                addresses.add(InetAddress.getByAddress(bytes));
            } catch (UnknownHostException e) {
                throw new IllegalStateException("four bytes are an address", e);
            }
        }
        return addresses;
    }

    private static boolean local(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 && bytes[0] == 127;
    }
}
