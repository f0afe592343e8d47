package io.headcount.cluster;

import io.headcount.config.ClusterConfig;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes the event bus' options: pinned address, and mutual TLS where that is wanted. */
public final class BusOptions {
    private BusOptions() {}

    /**
     * The options.
     *
     * @param folder of the configuration file
     * @throws IllegalArgumentException when a file of {@code cluster.tls} is missing
     */
    public static EventBusOptions of(ClusterConfig cluster, Path folder) {
        EventBusOptions options = new EventBusOptions()
                .setHost(cluster.host())
                .setPort(cluster.busPort())
                .setClusterPublicPort(cluster.announcedBusPort());
        if (!cluster.tls().enabled()) {
            return options;
        }
        ClusterConfig.Tls tls = cluster.tls().in(folder);
        // By default the event bus believes every certificate.
        return options.setSsl(true)
                .setTrustAll(false)
                .setTrustOptions(new PemTrustOptions().addCertPath(readable("caFile", tls.caFile())))
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(readable("certFile", tls.certFile()))
                        .setKeyPath(readable("keyFile", tls.keyFile())))
                .setClientAuth(ClientAuth.REQUIRED);
    }

    private static String readable(String key, String file) {
        if (!Files.isReadable(Path.of(file))) {
            throw new IllegalArgumentException("cluster.tls." + key + " = " + file
                    + ": there is no such file, or it cannot be read; scripts/certificates makes it");
        }
        return file;
    }
}
