package io.headcount.gateway;

import io.headcount.config.HeadcountConfig;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all sockets of one event loop share, so that a socket needs one reference to it.
 *
 * @param sockets open sockets of the node
 * @param frameCostMillis what one client frame takes from a socket's budget of milliseconds
 */
record Lane(
        HeadcountConfig.WebSocket limits,
        SessionRegistry registry,
        GatewayMetrics metrics,
        FrameReader reader,
        Closings closings,
        AtomicInteger sockets,
        int frameCostMillis) {
    Lane(
            HeadcountConfig.WebSocket limits,
            SessionRegistry registry,
            GatewayMetrics metrics,
            Closings closings,
            AtomicInteger sockets) {
        this(
                limits,
                registry,
                metrics,
                new FrameReader(limits.maxMessageBytes()),
                closings,
                sockets,
                Math.max(1, 1_000 / limits.maxMessagesPerSecond()));
    }
}
