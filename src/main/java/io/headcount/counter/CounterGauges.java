package io.headcount.counter;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** What a counter instance holds, for operators. Read by the scraping thread: values may be a moment old. */
final class CounterGauges {
    private CounterGauges() {}

    static void register(MeterRegistry metrics, int index, Assertions assertions, SessionLogger logger) {
        Tags instance = Tags.of("instance", Integer.toString(index));
        Gauge.builder("headcount.counter.streams", assertions, Assertions::streams)
                .description("streams that this instance asserts")
                .tags(instance)
                .register(metrics);
        Gauge.builder("headcount.counter.log.waiting", logger, SessionLogger::waiting)
                .description("finished sessions that wait for the session log")
                .tags(instance)
                .register(metrics);
    }
}
