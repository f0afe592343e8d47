package io.headcount.counter;

import io.headcount.bus.Addresses;
import io.headcount.bus.Message;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.Session;
import io.headcount.store.NodeLease;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a keeper asks for that sees a difference: first the gateways' own lists of sockets, then Redis against them. */
final class Verification {
    private static final Logger LOG = LoggerFactory.getLogger(Verification.class);

    private final HeadcountConfig config;
    private final int index;
    private final BiFunction<Integer, Message.SocketsWanted, Future<Message.Sockets>> gateways;
    private final NodeLease lease;
    private final Assertions assertions;
    private final Consumer<Session> onLost;

    /**
     * @param gateways asks a gateway instance which sockets it has
     * @param onLost takes sessions that were held open here and that no gateway has
     */
    Verification(
            HeadcountConfig config,
            int index,
            BiFunction<Integer, Message.SocketsWanted, Future<Message.Sockets>> gateways,
            NodeLease lease,
            Assertions assertions,
            Consumer<Session> onLost) {
        this.config = config;
        this.index = index;
        this.gateways = gateways;
        this.lease = lease;
        this.assertions = assertions;
        this.onLost = onLost;
    }

    void verify(Message.Verify message) {
        if (Addresses.counterOf(message.stream(), config.counting().instances()) != index
                || !message.incarnation().equals(lease.current())) {
            return;
        }
        StreamState state = assertions.state(message.stream());
        List<Future<?>> lists = new ArrayList<>();
        for (int i = 0; i < config.webSocket().instances(); i++) {
            int gateway = i;
            // Each list at its own moment: until the last is here, sockets open and close that the first knows nothing
            // of.
            lists.add(gateways.apply(gateway, new Message.SocketsWanted(message.stream()))
                    .onSuccess(
                            sockets -> state.adopt(gateway, sockets.sessions()).forEach(onLost)));
        }
        Future.all(lists)
                .onSuccess(all -> {
                    assertions.suspect(state, message.cause());
                    assertions.tick();
                })
                .onFailure(failure -> LOG.warn(
                        "a gateway instance did not say which sockets it has; the keeper will ask again stream={}"
                                + " reason={}",
                        message.stream(),
                        failure.getMessage()));
    }
}
