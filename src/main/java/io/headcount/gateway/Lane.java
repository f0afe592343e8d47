package io.headcount.gateway;

import io.headcount.config.LimitsConfig;

/**
 * What all sockets of one event loop share, so that a socket needs one reference to it.
 *
 * @param admission where a socket's place is given back
 * @param frameCostMillis what one client frame takes from a socket's budget of milliseconds
 */
record Lane(
        LimitsConfig limits,
        SessionRegistry registry,
        GatewayMetrics metrics,
        FrameReader reader,
        Closings closings,
        Admission admission,
        int frameCostMillis) {
    Lane(
            LimitsConfig limits,
            SessionRegistry registry,
            GatewayMetrics metrics,
            Closings closings,
            Admission admission) {
        this(
                limits,
                registry,
                metrics,
                new FrameReader(limits.maxMessageBytes()),
                closings,
                admission,
                Math.max(1, 1_000 / limits.maxMessagesPerSecond()));
    }
}
