package io.headcount.gateway;

import io.headcount.auth.Authenticator;
import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.config.ConfigException;
import io.headcount.config.HeadcountConfig;
import io.headcount.model.Count;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.InMemoryEnds;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A real Vert.x server with the gateway on a free port of 127.0.0.1. */
final class RunningGateway implements AutoCloseable {
    static final Set<String> KNOWN_STREAMS = Set.of("known");

    final Vertx vertx;
    final Bus bus;
    final InTestCounter counter;
    final Gateway gateway;
    final int port;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** What a read of the store returns. */
    final Map<String, Count> stored = new ConcurrentHashMap<>();

    RunningGateway(Object... settings) {
        this(new VertxOptions(), settings);
    }

    RunningGateway(VertxOptions options, Object... settings) {
        port = freePort();
        HeadcountConfig config = config(port, settings);
        vertx = Vertx.builder()
                .with(options.setMetricsOptions(new MicrometerMetricsOptions().setEnabled(true)))
                .withMetrics(new MicrometerMetricsFactory(meters))
                .build();
        bus = Bus.install(vertx);
        counter = new InTestCounter(vertx, config.counting().instances());
        gateway = new Gateway(
                config,
                new Gateway.Ports(
                        reads(),
                        new SharedClock(),
                        meters,
                        () -> request -> request.response().end("router"),
                        await(Authenticator.start(vertx, config.auth(), Path.of(""), null, meters)),
                        new InMemoryEnds(),
                        stream -> stream.equals("unreachable")
                                ? Future.failedFuture("no database")
                                : Future.succeededFuture(KNOWN_STREAMS.contains(stream))));
        await(vertx.deployVerticle(
                gateway::instance,
                new DeploymentOptions().setInstances(config.webSocket().instances())));
    }

    /** Settings are key, value, key, value. */
    static HeadcountConfig config(int port, Object... settings) {
        Map<String, Object> tree = new HashMap<>(Map.of("http.port", port, "websocket.instances", 2));
        for (int i = 0; i < settings.length; i += 2) {
            tree.put(settings[i].toString(), settings[i + 1]);
        }
        try {
            return HeadcountConfig.read(tree, Map.of());
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    RawViewer connect(String path) {
        return RawViewer.connect(port).handshake(path);
    }

    void publish(Count count) {
        bus.publish(Addresses.COUNTS, new Message.Counts("test", List.of(count)));
    }

    /** Only reading is needed of the port here; any other call fails the test. */
    private CounterStore reads() {
        return (CounterStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {CounterStore.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("read")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return Future.succeededFuture(((List<?>) arguments[0])
                            .stream()
                                    .filter(stored::containsKey)
                                    .map(stream -> new LiveStream(stored.get(stream), List.of()))
                                    .toList());
                });
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
