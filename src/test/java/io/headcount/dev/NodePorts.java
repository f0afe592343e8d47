package io.headcount.dev;

import java.util.List;

/**
 * Where a node listens.
 *
 * @param http public
 * @param management health, metrics, console
 * @param hazelcast cluster membership
 * @param bus event bus
 */
public record NodePorts(int http, int management, int hazelcast, int bus) {
    /** Free ones. */
    public static NodePorts pick() {
        List<Integer> ports = Ports.pick(4);
        return new NodePorts(ports.get(0), ports.get(1), ports.get(2), ports.get(3));
    }
}
