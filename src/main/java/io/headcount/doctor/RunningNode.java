package io.headcount.doctor;

import io.headcount.config.HeadcountConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/**
 * The node of this configuration, if it runs. Blocking.
 *
 * @param running whether something answers at its management port as a node does
 * @param ready whether it says that it is ready
 * @param report what it says of that
 */
record RunningNode(boolean running, boolean ready, String report) {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    static RunningNode look(HeadcountConfig config) {
        String host = config.management().host();
        String shown = host.equals("0.0.0.0") ? "127.0.0.1" : host.contains(":") ? "[" + host + "]" : host;
        URI url = URI.create("http://" + shown + ":" + config.management().port());
        HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
        try {
            HttpResponse<String> live = get(client, url.resolve("/health/live"));
            if (live.statusCode() != 200 || !live.body().contains("\"live\":true")) {
                return new RunningNode(false, false, "");
            }
            HttpResponse<String> ready = get(client, url.resolve("/health/ready"));
            return new RunningNode(true, ready.statusCode() == 200, ready.body());
        } catch (IOException e) {
            return new RunningNode(false, false, "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new RunningNode(false, false, "");
        }
    }

    private static HttpResponse<String> get(HttpClient client, URI url) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(url).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    }

    /**
     * Compares it with its lease.
     *
     * @param lease as {@code epoch:state}, or {@code null}
     */
    List<Finding> findings(String nodeId, String lease) {
        boolean alive = lease != null && (lease.endsWith(":alive") || lease.endsWith(":draining"));
        if (!running) {
            return List.of(
                    alive
                            ? Finding.wrong(
                                    "lease",
                                    "node.id " + nodeId + " has a living lease (" + lease + "), and does not run here",
                                    "give each node an id of its own: two of one id would take each other for dead. If it"
                                            + " was stopped less than 15 s ago, look again")
                            : Finding.fine("lease", "node.id " + nodeId + " is free; the node does not run"));
        }
        Finding held = alive
                ? Finding.fine("lease", "node " + nodeId + " holds it (" + lease + ")")
                : Finding.wrong(
                        "lease",
                        "the node at the management port runs, and " + nodeId + " has no living lease",
                        "see its log and its /health/ready: does it reach Redis, and is node.id that of this file?");
        return List.of(
                held,
                ready
                        ? Finding.fine("node", "runs, and is ready")
                        : Finding.wrong(
                                "node", "runs, and is not ready: " + report, "what is not ok says what is missing"));
    }
}
