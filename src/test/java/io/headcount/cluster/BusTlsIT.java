package io.headcount.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.config.ClusterConfig;
import io.headcount.config.HeadcountConfig;
import io.headcount.dev.Certificates;
import io.headcount.dev.Ports;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Event buses that show each other certificates, over real Hazelcast clusters with the settings that we ship. */
class BusTlsIT {
    private static final Path CONF = Path.of("conf");

    private static Certificates certificates;
    private static Certificates strangers;

    private final int firstPort = Ports.pick();
    private final List<Vertx> nodes = new ArrayList<>();

    @BeforeAll
    static void makeCertificates() {
        certificates = Certificates.make("node=127.0.0.1");
        strangers = Certificates.make("node=127.0.0.1");
    }

    @AfterEach
    void stop() throws Exception {
        for (Vertx node : nodes) {
            await(node.close());
        }
    }

    @Test
    void nodesOfTheSameCaTalkAndAStrangerIsNotHeard() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        Vertx first = start(config(firstPort, Ports.pick(), certificates));
        await(first.eventBus()
                .<String>consumer("greetings", message -> {
                    heard.incrementAndGet();
                    message.reply("hello " + message.body());
                })
                .completion());
        Vertx second = start(config(Ports.pick(), Ports.pick(), certificates));
        Vertx stranger = start(config(Ports.pick(), Ports.pick(), strangers));

        assertThat(await(second.eventBus().<String>request("greetings", "you")).body())
                .isEqualTo("hello you");

        DeliveryOptions briefly = new DeliveryOptions().setSendTimeout(3_000);
        assertThatThrownBy(() -> await(stranger.eventBus().request("greetings", "me", briefly)))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(ReplyException.class);
        assertThat(heard).hasValue(1);
    }

    @Test
    void refusesWhoeverShowsNoCertificate() throws Exception {
        int busPort = Ports.pick();
        start(config(firstPort, busPort, certificates));

        try (SSLSocket socket =
                (SSLSocket) trusting(certificates).getSocketFactory().createSocket("127.0.0.1", busPort)) {
            socket.setSoTimeout(5_000);
            // In TLS 1.3 the client is done before the server has looked; it hears of it with the first read.
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        socket.getInputStream().read();
                    })
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("certificate");
        }
    }

    @Test
    void saysWhichFileIsMissing() throws Exception {
        ClusterConfig config = HeadcountConfig.read(Map.of("cluster", Map.of("tls", Map.of("enabled", true))), Map.of())
                .cluster();

        assertThatThrownBy(() -> BusOptions.of(config, Path.of("nowhere")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("cluster.tls.caFile", "nowhere", "scripts/certificates");
    }

    private ClusterConfig config(int port, int busPort, Certificates its) throws Exception {
        Map<String, Object> tls = Map.of(
                "enabled", true, "caFile", its.ca(), "certFile", its.certificate("node"), "keyFile", its.key("node"));
        return HeadcountConfig.read(
                        Map.of(
                                "cluster",
                                Map.of(
                                        "port",
                                        port,
                                        "busPort",
                                        busPort,
                                        "members",
                                        List.of("127.0.0.1:" + firstPort),
                                        "tls",
                                        tls)),
                        Map.of())
                .cluster();
    }

    private Vertx start(ClusterConfig config) throws Exception {
        Vertx node = await(Vertx.builder()
                .with(new VertxOptions().setEventBusOptions(BusOptions.of(config, CONF)))
                .withClusterManager(ClusterManagers.hazelcast(config, CONF))
                .buildClustered());
        nodes.add(node);
        return node;
    }

    private static SSLContext trusting(Certificates its) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(Path.of(its.ca()))) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
