package io.headcount.counter;

import java.util.Arrays;

/** How many sockets a stream has on each gateway instance: as their openings and closings say, and as they count. */
final class SocketCounts {
    private int[] openByGateway = new int[2];
    private int[] driftByGateway = new int[2];

    void add(int gateway, int by) {
        makeRoomFor(gateway);
        openByGateway[gateway] += by;
    }

    /** Takes note of how many sockets a gateway instance itself counts. */
    void census(int gateway, int sockets) {
        makeRoomFor(gateway);
        driftByGateway[gateway] = sockets - openByGateway[gateway];
    }

    /** What was heard is what a gateway instance has. */
    void settled(int gateway) {
        makeRoomFor(gateway);
        driftByGateway[gateway] = 0;
    }

    /** Sockets that the gateways count and of which nothing was heard; negative when it is the other way round. */
    long drift() {
        return Arrays.stream(driftByGateway).sum();
    }

    private void makeRoomFor(int gateway) {
        if (gateway >= openByGateway.length) {
            openByGateway = Arrays.copyOf(openByGateway, gateway + 1);
            driftByGateway = Arrays.copyOf(driftByGateway, gateway + 1);
        }
    }
}
