package io.headcount.store.redis;

/** One server by configuration: it has everything, whatever happens. */
final class FixedSource implements TableSource {
    private final String address;
    private final Topology topology;

    FixedSource(String address, Topology topology) {
        this.address = address;
        this.topology = topology;
    }

    @Override
    public void start() {
        topology.adopt(SlotTable.single(address, java.util.List.of()));
    }

    @Override
    public void tick(long now) {
        // There is nobody to ask.
    }

    @Override
    public void refreshSoon() {
        // There is nobody to ask.
    }

    @Override
    public String trouble() {
        return "redis.endpoints = " + address;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
