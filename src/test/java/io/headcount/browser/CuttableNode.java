package io.headcount.browser;

import io.headcount.dev.EmbeddedMySql;
import io.headcount.dev.LocalNodes;
import io.headcount.dev.SharedServers;
import io.headcount.dev.TcpProxy;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * A node that browsers reach through a proxy, so that a test can take the connection away. It is started for the test,
 * unless the system property {@code headcount.test.baseUrl} names one that runs ({@code http://127.0.0.1:8080}).
 */
final class CuttableNode implements AutoCloseable {
    private static final String BASE_URL_PROPERTY = "headcount.test.baseUrl";
    /** Of its own: a ranking must not show what other tests left. */
    private static final String DATABASE = "headcount_browser";

    private static final Duration RESTART_LIMIT = Duration.ofSeconds(60);

    private final Optional<LocalNodes> started;
    private final TcpProxy proxy;

    private CuttableNode(Optional<LocalNodes> started, URI node) {
        this.started = started;
        this.proxy = TcpProxy.to(node.getHost(), node.getPort());
    }

    static CuttableNode start() {
        String running = System.getProperty(BASE_URL_PROPERTY, "");
        if (!running.isBlank()) {
            return new CuttableNode(Optional.empty(), URI.create(running));
        }
        return start(DATABASE, Map.of());
    }

    /** One of the test's own in any case, with settings of its own. */
    static CuttableNode start(String database, Map<String, String> settings) {
        EmbeddedMySql mysql = SharedServers.mysql();
        mysql.createDatabase(database);
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("HEADCOUNT_MYSQL_DATABASE", database);
        LocalNodes nodes = LocalNodes.start(LocalNodes.Options.forTests(1, environment));
        return new CuttableNode(Optional.of(nodes), nodes.get(0).publicUrl());
    }

    /** {@code http://127.0.0.1:PORT} without a slash at the end. */
    String baseUrl() {
        return "http://" + proxy.endpoint();
    }

    /** The connection: to be cut, and healed before the next test. */
    TcpProxy network() {
        return proxy;
    }

    /** Of the node's operators; aborts the test where the node is not ours. */
    String adminToken() {
        Assumptions.assumeTrue(
                started.isPresent(), "NOT RUN: the node of " + BASE_URL_PROPERTY + " has a token of its own");
        return LocalNodes.Options.TEST_ADMIN_TOKEN;
    }

    /** Stops the node in order, starts it again and waits until it is ready; aborts the test where it is not ours. */
    void restart() {
        Assumptions.assumeTrue(started.isPresent(), "NOT RUN: the node of " + BASE_URL_PROPERTY + " is not restarted");
        started.orElseThrow().get(0).restart();
        started.orElseThrow().awaitReady(RESTART_LIMIT);
    }

    @Override
    public void close() {
        proxy.close();
        started.ifPresent(LocalNodes::close);
    }
}
