package io.headcount.gateway;

import io.headcount.model.EndCause;
import io.headcount.protocol.CloseCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/** The gateway's meters, one set a node. No label comes from a client: each would be a memory leak. */
final class GatewayMetrics {
    private static final String PREFIX = "headcount.gateway.";

    private final MeterRegistry meters;
    private final LongAdder frames = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder pushes = new LongAdder();
    private final LongAdder pings = new LongAdder();
    private final LongAdder pongs = new LongAdder();
    private final LongAdder texts = new LongAdder();
    private final LongAdder slowHeld = new LongAdder();
    private final LongAdder replaced = new LongAdder();
    private final List<IntSupplier> pushIntervals = new CopyOnWriteArrayList<>();
    private final Timer handshake;
    private final Timer welcome;
    private final DistributionSummary batchEvents;
    private final Map<EndCause, Counter> ends = new EnumMap<>(EndCause.class);
    private final Map<CloseCode, Counter> closes = new EnumMap<>(CloseCode.class);
    private final Map<Limit, Counter> limits = new EnumMap<>(Limit.class);
    private final Map<Integer, Counter> handshakes = new ConcurrentHashMap<>();

    GatewayMetrics(MeterRegistry meters, AtomicInteger sockets) {
        this.meters = meters;
        Gauge.builder(PREFIX + "sockets", sockets, AtomicInteger::get)
                .description("Open viewers' sockets")
                .register(meters);
        counter("frames.sent", frames, "Frames to viewers");
        counter("bytes.sent", bytes, "Bytes to viewers");
        counter("pushes", pushes, "Counts encoded, once a stream");
        counter("counts.held", slowHeld, "Counts held back from slow readers");
        counter("counts.replaced", replaced, "Counts that made way for a newer one before all sockets had them");
        Gauge.builder(PREFIX + "push.interval", pushIntervals, GatewayMetrics::longest)
                .description("Longest interval between two counts of a stream that is in force")
                .baseUnit("milliseconds")
                .register(meters);
        received("ping", pings);
        received("pong", pongs);
        received("text", texts);
        this.handshake = timer("handshake", "From the request's headers to the 101");
        this.welcome = timer("welcome", "From the 101 to the welcome");
        this.batchEvents = DistributionSummary.builder(PREFIX + "batch.events")
                .description("Joins and leaves a batch to a counter")
                .register(meters);
        for (EndCause cause : EndCause.values()) {
            ends.put(
                    cause,
                    Counter.builder(PREFIX + "ended").tag("cause", cause.wire()).register(meters));
        }
        for (Limit limit : Limit.values()) {
            limits.put(
                    limit,
                    Counter.builder(PREFIX + "limited")
                            .description("Handshakes refused, and sockets and connections closed, by limits.*")
                            .tag("limit", limit.label())
                            .register(meters));
        }
        for (CloseCode code : CloseCode.values()) {
            closes.put(
                    code,
                    Counter.builder(PREFIX + "closed")
                            .description("Closes by the server")
                            .tag("code", Integer.toString(code.code()))
                            .register(meters));
        }
    }

    private static double longest(List<IntSupplier> intervals) {
        return intervals.stream().mapToInt(IntSupplier::getAsInt).max().orElse(0);
    }

    void sent(int frameBytes) {
        frames.increment();
        bytes.add(frameBytes);
    }

    void pushed() {
        pushes.increment();
    }

    /** A count made way for a newer one before all had it. */
    void replaced() {
        replaced.increment();
    }

    /** The longest interval that is in force on a loop, in milliseconds. */
    void pushInterval(IntSupplier longestMillis) {
        pushIntervals.add(longestMillis);
    }

    void held() {
        slowHeld.increment();
    }

    void receivedPing() {
        pings.increment();
    }

    void receivedPong() {
        pongs.increment();
    }

    void receivedText() {
        texts.increment();
    }

    void ended(EndCause cause) {
        ends.get(cause).increment();
    }

    void closed(CloseCode code) {
        closes.get(code).increment();
    }

    void limited(Limit limit) {
        limits.get(limit).increment();
    }

    void batch(int events) {
        batchEvents.record(events);
    }

    void welcomed(long millis) {
        welcome.record(Duration.ofMillis(millis));
    }

    void handshake(int status, long nanos) {
        handshakes
                .computeIfAbsent(
                        status,
                        code -> Counter.builder(PREFIX + "handshakes")
                                .tag("code", Integer.toString(code))
                                .register(meters))
                .increment();
        handshake.record(Duration.ofNanos(nanos));
    }

    private void counter(String name, LongAdder value, String description) {
        FunctionCounter.builder(PREFIX + name, value, LongAdder::sum)
                .description(description)
                .register(meters);
    }

    private void received(String kind, LongAdder value) {
        FunctionCounter.builder(PREFIX + "frames.received", value, LongAdder::sum)
                .description("Frames from viewers")
                .tag("kind", kind)
                .register(meters);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(PREFIX + name)
                .description(description)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(meters);
    }
}
