package io.headcount;

import io.headcount.cluster.ClusterManagers;
import io.headcount.config.HeadcountConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.eventbus.EventBusOptions;
import java.nio.file.Path;

/** Makes the node's Vert.x instances. */
final class VertxFactory {
    /** A database's or a cluster's DNS name may stand for another machine after a failover. */
    private static final int DNS_TTL_SECONDS = 5;

    private static final int WORKERS = 4;

    private VertxFactory() {}

    /** The node's own: clustered, unless {@code cluster.enabled} is false. */
    static Future<Vertx> create(HeadcountConfig config, Path folder, NodeMetrics metrics) {
        HeadcountConfig.Cluster cluster = config.cluster();
        VertxOptions options = new VertxOptions()
                .setPreferNativeTransport(true)
                .setWorkerPoolSize(WORKERS)
                .setInternalBlockingPoolSize(WORKERS)
                .setAddressResolverOptions(new AddressResolverOptions().setCacheMaxTimeToLive(DNS_TTL_SECONDS))
                .setMetricsOptions(metrics.vertxOptions())
                .setEventBusOptions(new EventBusOptions()
                        .setHost(cluster.host())
                        .setPort(cluster.busPort())
                        .setClusterPublicPort(cluster.announcedBusPort()));
        VertxBuilder builder = Vertx.builder().with(options).withMetrics(metrics.vertxFactory());
        if (!cluster.enabled()) {
            return Future.succeededFuture(builder.build());
        }
        try {
            return builder.withClusterManager(ClusterManagers.hazelcast(cluster, folder))
                    .buildClustered();
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(e);
        }
    }

    /** One event loop and nothing else. */
    static Vertx single() {
        return Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1).setInternalBlockingPoolSize(1));
    }
}
