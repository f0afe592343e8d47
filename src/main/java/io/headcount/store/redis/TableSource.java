package io.headcount.store.redis;

/** Who says which nodes have which slots, and tells {@link Topology#adopt}. Used on the router's context only. */
interface TableSource {
    void start();

    void tick(long now);

    /** Something does not fit: ask again now, or as soon as is decent. */
    void refreshSoon();

    /** What was asked, and why it did not help: for whoever waits for a first table. */
    String trouble();

    void close();
}
