package io.headcount.load;

import java.util.ArrayList;
import java.util.List;

/** A simulated user and the stream that it watches, in one or more tabs. */
final class Watcher {
    /** The user is {@code u{seed}-{number}}. */
    final long number;

    /** Index of the stream. */
    final int stream;

    /** Tabs that are opening or open. */
    final List<Tab> tabs = new ArrayList<>(1);

    /** Welcomed sockets; the {@link TruthBook} counts here. */
    int openSockets;

    /** Where it stands in the crowd's list; -1 outside. */
    int place = -1;

    /** Tabs it ever opened: each goes to the next node. */
    int opened;

    Watcher(long number, int stream) {
        this.number = number;
        this.stream = stream;
    }
}
