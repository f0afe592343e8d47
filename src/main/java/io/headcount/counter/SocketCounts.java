package io.headcount.counter;

import io.headcount.bus.Message.Tally;
import io.headcount.model.Session;
import java.util.Arrays;

/** Which sockets a stream has on each gateway instance, in brief: as their openings and closings say, and as they count. */
final class SocketCounts {
    private int[] openByGateway = new int[2];
    private int[] driftByGateway = new int[2];
    private long[] digestByGateway = new long[2];

    void opened(Session session) {
        makeRoomFor(session.gateway());
        openByGateway[session.gateway()]++;
        digestByGateway[session.gateway()] += session.fingerprint();
    }

    void closed(Session session) {
        openByGateway[session.gateway()]--;
        digestByGateway[session.gateway()] -= session.fingerprint();
    }

    /**
     * Takes note of how many sockets a gateway instance itself counts.
     *
     * @return whether they are others than were heard of, and yet as many on all gateway instances together: as many
     *     openings as closings were lost
     */
    boolean census(int gateway, Tally tally) {
        makeRoomFor(gateway);
        driftByGateway[gateway] = tally.sockets() - openByGateway[gateway];
        return drift() == 0 && (driftByGateway[gateway] != 0 || tally.digest() != digestByGateway[gateway]);
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
            digestByGateway = Arrays.copyOf(digestByGateway, gateway + 1);
        }
    }
}
