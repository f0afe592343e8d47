package io.headcount.gateway;

import io.headcount.gateway.AddressTable.Tally;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * An upgraded socket that is told counts and is not counted: everything about its frames is a viewer's, but it has no
 * session, and a place with {@link Observers} for each of its streams. A class of its own, so that a viewer pays for no
 * field of it.
 */
final class ObserverConnection extends ViewerConnection {
    /** Set by {@link Observers#open}; empty once the socket has gone. */
    List<Observation> observations = List.of();

    ObserverConnection(Lane lane, Tally tally) {
        super(lane, tally);
    }

    /** The 101 is written: the counts are sent, as far as they are known. */
    void opened(List<String> streams, ByteBuf early) {
        lane().registry().observe(streams, this);
        begin(early);
    }
}
