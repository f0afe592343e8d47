package io.headcount.model;

import java.util.Locale;

/** Whether a count can be trusted as exact now. */
public enum Mode {
    /** What all nodes assert, not older than the stated staleness. */
    EXACT,
    /** The count is old, Redis is out of reach, or a node is missing and not yet reaped. */
    DEGRADED;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** The name used in JSON: {@code exact} or {@code degraded}. */
    public String wire() {
        return wire;
    }

    /** {@code DEGRADED} when either is. */
    public Mode and(Mode other) {
        return this == EXACT ? other : this;
    }
}
