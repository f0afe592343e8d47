package io.headcount.config;

import java.nio.file.Path;
import java.util.List;

/**
 * The nodes together.
 *
 * @param enabled false: this node is alone and starts no Hazelcast
 * @param host address that the others reach this node at
 * @param port Hazelcast's port
 * @param busPort the event bus' port
 * @param announcedPort where the others reach {@code port}, where ports are mapped; 0 for the same
 * @param announcedBusPort the same of {@code busPort}
 * @param members {@code host:port} (Hazelcast's) of nodes to join
 * @param expectedNodes ready only when so many are there
 * @param file Hazelcast's XML configuration, relative to the configuration file's folder
 */
public record ClusterConfig(
        boolean enabled,
        String host,
        int port,
        int busPort,
        int announcedPort,
        int announcedBusPort,
        List<String> members,
        int expectedNodes,
        String file,
        Tls tls) {
    static ClusterConfig read(Settings s) {
        return new ClusterConfig(
                s.flag("cluster.enabled", true),
                s.text("cluster.host", "127.0.0.1", Settings.HOST, "a host name or address"),
                s.integer("cluster.port", 5701, 1, 65_535),
                s.integer("cluster.busPort", 5801, 1, 65_535),
                s.integer("cluster.announcedPort", 0, 0, 65_535),
                s.integer("cluster.announcedBusPort", 0, 0, 65_535),
                s.list("cluster.members", List.of(), Settings.HOST_PORT, "a list of host:port"),
                s.integer("cluster.expectedNodes", 1, 1, 1_000),
                s.text("cluster.file", "cluster.xml"),
                Tls.read(s));
    }

    /**
     * Mutual TLS between the nodes' event buses: each shows its certificate, and believes only those that the same CA
     * signed (Vert.x looks at no host names here, so the CA should sign for nothing else). Files are PEM, relative to the configuration file's folder.
     *
     * @param caFile the CA's certificate
     * @param certFile this node's certificate
     * @param keyFile its key (PKCS#8)
     */
    public record Tls(boolean enabled, String caFile, String certFile, String keyFile) {
        static Tls read(Settings s) {
            return new Tls(
                    s.flag("cluster.tls.enabled", false),
                    s.text("cluster.tls.caFile", "tls/ca.pem"),
                    s.text("cluster.tls.certFile", "tls/node.pem"),
                    s.text("cluster.tls.keyFile", "tls/node.key"));
        }

        /** The same, with absolute paths. */
        public Tls in(Path folder) {
            return new Tls(
                    enabled,
                    folder.resolve(caFile).toString(),
                    folder.resolve(certFile).toString(),
                    folder.resolve(keyFile).toString());
        }
    }
}
