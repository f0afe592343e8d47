package io.headcount.chaos;

import java.util.List;
import java.util.stream.Stream;

/** All rows, in the order in which they run. */
final class Faults {
    private Faults() {}

    static List<Fault> all() {
        return Stream.of(NodeFaults.all(), RedisFaults.all())
                .flatMap(List::stream)
                .toList();
    }
}
