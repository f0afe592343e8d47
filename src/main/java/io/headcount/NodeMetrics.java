package io.headcount;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;

/** The node's metrics: its own, the JVM's, and of Vert.x those that cost nothing a connection. */
final class NodeMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    NodeMetrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        // Lives as long as the process: there is nothing to close it for.
        @SuppressWarnings("resource")
        JvmGcMetrics gc = new JvmGcMetrics();
        gc.bindTo(registry);
    }

    PrometheusMeterRegistry registry() {
        return registry;
    }

    /**
     * Verticles only: metrics of HTTP and net servers keep an object for every viewer's socket, and those of pools have
     * the pool's name as a label, which is a new random one at every reconnection to Redis.
     */
    MicrometerMetricsOptions vertxOptions() {
        MicrometerMetricsOptions options = new MicrometerMetricsOptions()
                .setEnabled(true)
                .setRegistryName("headcount")
                .setLabels(EnumSet.noneOf(Label.class));
        for (MetricsDomain domain : MetricsDomain.values()) {
            if (domain != MetricsDomain.VERTICLES) {
                options.addDisabledMetricsCategory(domain.toCategory());
            }
        }
        // Clients' metrics are not a domain but have categories all the same; the stores time their own calls.
        return options.addDisabledMetricsCategory("redis").addDisabledMetricsCategory("sql");
    }

    VertxMetricsFactory vertxFactory() {
        return new MicrometerMetricsFactory(registry);
    }
}
