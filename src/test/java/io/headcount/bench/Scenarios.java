package io.headcount.bench;

import java.util.List;

/** All scenarios, in the order in which they run when none is named. */
final class Scenarios {
    static final List<Scenario> ALL = List.of(
            new SocketsScenario(),
            new HandshakesScenario(),
            new FanoutScenario(),
            new TransportsScenario(),
            new HeartbeatsScenario(),
            new HotRowScenario(),
            new ChurnScenario(),
            new FlashScenario(),
            new MillionScenario());

    private Scenarios() {}
}
