package io.headcount.chaos;

import java.util.List;
import java.util.stream.Stream;

/** All rows, in the order in which they run. */
final class Faults {
    private static final Fault SENTINEL = Fault.of(
                    "sentinel",
                    "Sentinel mode: the subscribed sentinel and the master killed",
                    "writing again <= 10 s",
                    (scene, findings) -> {})
            .needs(false, "this scene is a Redis Cluster; Sentinel has tests of its own");

    private Faults() {}

    static List<Fault> all() {
        return Stream.of(
                        NodeFaults.all(),
                        RedisFaults.all(),
                        LinkFaults.all(),
                        ClientFaults.all(),
                        BookFaults.all(),
                        ClockFaults.all(),
                        ClusterFaults.all(),
                        List.of(SENTINEL),
                        ClusterFaults.last())
                .flatMap(List::stream)
                .toList();
    }
}
