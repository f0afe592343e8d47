package io.headcount.model;

import java.util.Locale;

/** For whom viewers are added up. */
public enum Scope {
    STREAM,
    BROADCASTER,
    CATEGORY,
    PLATFORM;

    /** As answers, addresses and the books name it. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
