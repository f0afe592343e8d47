package io.headcount;

import io.headcount.cluster.BusOptions;
import io.headcount.cluster.ClusterManagers;
import io.headcount.config.ClusterConfig;
import io.headcount.config.HeadcountConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.transport.Transport;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the node's Vert.x instances. */
final class VertxFactory {
    /** A database's or a cluster's DNS name may stand for another machine after a failover. */
    private static final int DNS_TTL_SECONDS = 5;

    private static final int WORKERS = 4;
    private static final Logger LOG = LoggerFactory.getLogger(VertxFactory.class);

    private VertxFactory() {}

    /** The node's own: clustered, unless {@code cluster.enabled} is false. */
    static Future<Vertx> create(HeadcountConfig config, Path folder, NodeMetrics metrics) {
        ClusterConfig cluster = config.cluster();
        VertxOptions options = new VertxOptions()
                .setWorkerPoolSize(WORKERS)
                .setInternalBlockingPoolSize(WORKERS)
                .setAddressResolverOptions(new AddressResolverOptions().setCacheMaxTimeToLive(DNS_TTL_SECONDS))
                .setMetricsOptions(metrics.vertxOptions());
        VertxBuilder builder = Vertx.builder()
                .with(options)
                .withTransport(transport(config.transport()))
                .withMetrics(metrics.vertxFactory());
        if (!cluster.enabled()) {
            return Future.succeededFuture(builder.build());
        }
        try {
            return builder.with(options.setEventBusOptions(BusOptions.of(cluster, folder)))
                    .withClusterManager(ClusterManagers.hazelcast(cluster, folder))
                    .buildClustered();
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(e);
        }
    }

    /**
     * The transport to use. epoll by default, and not io_uring, whose system calls many container runtimes forbid;
     * scripts/bench transports compares them. What does not load gives way to NIO, with a warning where it was asked for
     * by name.
     */
    static Transport transport(io.headcount.config.Transport wanted) {
        Transport chosen = switch (wanted) {
            case NIO -> Transport.NIO;
            case IO_URING -> Transport.IO_URING;
            case AUTO, EPOLL -> Transport.EPOLL;
        };
        if (chosen != null && chosen.available()) {
            return chosen;
        }
        if (wanted != io.headcount.config.Transport.AUTO) {
            LOG.warn(
                    "node.transport cannot be had, using nio transport={} cause={}",
                    wanted,
                    chosen == null ? "no library for this system" : String.valueOf(chosen.unavailabilityCause()));
        }
        return Transport.NIO;
    }

    /** One event loop and nothing else. */
    static Vertx single() {
        return Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1).setInternalBlockingPoolSize(1));
    }
}
