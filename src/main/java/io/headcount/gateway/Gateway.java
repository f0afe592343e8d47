package io.headcount.gateway;

import io.headcount.auth.Authenticator;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.StreamEnds;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/** A node's gateway: what its instances share, and what is done with all of them. */
public final class Gateway {
    private final HeadcountConfig config;
    private final Ports ports;
    private final GatewayMetrics metrics;
    private final Admission admission;
    private final AtomicInteger sockets = new AtomicInteger();
    private final AtomicInteger nextIndex = new AtomicInteger();
    private final List<GatewayVerticle> running = new CopyOnWriteArrayList<>();
    private volatile boolean draining;

    /**
     * What the gateway needs of the rest.
     *
     * @param store for counts that no owner tells
     * @param clock Redis' time
     * @param meters where its meters are registered
     * @param router makes, once an instance and on its event loop, the handler of all requests that are not the
     *     gateway's
     * @param auth says who a viewer is
     * @param ends which streams have ended
     * @param knownStream whether master data knows a stream; asked where {@code streams.registration} is strict
     */
    public record Ports(
            CounterStore store,
            SharedClock clock,
            MeterRegistry meters,
            Supplier<Handler<HttpServerRequest>> router,
            Authenticator auth,
            StreamEnds ends,
            Function<String, Future<Boolean>> knownStream) {}

    /** Nothing runs before instances are deployed. */
    public Gateway(HeadcountConfig config, Ports ports) {
        this.config = config;
        this.ports = ports;
        this.metrics = new GatewayMetrics(ports.meters(), sockets);
        this.admission = new Admission(config, metrics, ports.meters(), sockets);
    }

    /**
     * The next instance, to be deployed on an event loop; all open the same port. Deployed as one deployment of {@code
     * websocket.instances} instances, each gets a loop of its own.
     */
    public GatewayVerticle instance() {
        return new GatewayVerticle(nextIndex.getAndIncrement(), this);
    }

    /**
     * Sends all viewers away: no new ones are let in, those here are told to reconnect and closed.
     *
     * @param tellLeaves false: other nodes take the viewers over, and the lease says what becomes of those who do not
     *     come; true: the sessions end here and now
     * @return completes when the sockets are closed, within a few seconds
     */
    public Future<Void> drain(boolean tellLeaves) {
        draining = true;
        List<Future<Void>> drains = new ArrayList<>();
        running.forEach(instance -> drains.add(instance.drain(tellLeaves)));
        return Future.join(drains).mapEmpty();
    }

    /** Open sockets of the node. */
    public int sockets() {
        return sockets.get();
    }

    boolean draining() {
        return draining;
    }

    Admission admission() {
        return admission;
    }

    HeadcountConfig config() {
        return config;
    }

    Ports ports() {
        return ports;
    }

    GatewayMetrics metrics() {
        return metrics;
    }

    /** The instances that serve, of one event loop each. */
    List<GatewayVerticle> running() {
        return running;
    }

    void started(GatewayVerticle instance) {
        running.add(instance);
    }

    void stopped(GatewayVerticle instance) {
        running.remove(instance);
    }
}
