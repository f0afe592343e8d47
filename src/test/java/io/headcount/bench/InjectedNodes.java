package io.headcount.bench;

import io.headcount.dev.LocalNodes;
import io.headcount.dev.NodeProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Nodes whose viewers are injected, and the lines to them. */
final class InjectedNodes implements AutoCloseable {
    private static final int CHUNK = 500;
    private static final int CONNECT_MILLIS = 120_000;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final LocalNodes nodes;
    private final List<Line> lines = new ArrayList<>();

    private record Line(Socket socket, BufferedReader from, PrintWriter to) {}

    /** What a stream's count is, or has to be. */
    record Count(long viewers, long sessions) {}

    private InjectedNodes(LocalNodes nodes) {
        this.nodes = nodes;
    }

    /** Clustered nodes, ready. */
    static InjectedNodes start(int count, Map<String, String> settings) throws IOException {
        try (ServerSocket server = new ServerSocket(0, count, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(CONNECT_MILLIS);
            Map<String, String> environment = new TreeMap<>(settings);
            environment.put(NodeProcess.MAIN, "io.headcount.InjectMain");
            // The budget is for writes to sockets, of which there are none.
            environment.putIfAbsent("HEADCOUNT_PUSH_MESSAGES_PER_SECOND", "10000000");
            environment.put("INJECT_PORT", Integer.toString(server.getLocalPort()));
            InjectedNodes injected =
                    new InjectedNodes(LocalNodes.start(LocalNodes.Options.forTests(count, environment)));
            for (int i = 0; i < count; i++) {
                Socket socket = server.accept();
                injected.lines.add(new Line(
                        socket,
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)),
                        new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8)));
            }
            return injected;
        }
    }

    LocalNodes nodes() {
        return nodes;
    }

    /** All nodes' processes. */
    List<Long> pids() {
        return nodes.all().stream().map(NodeProcess::pid).toList();
    }

    /** Of the first node. */
    long pid() {
        return nodes.get(0).pid();
    }

    /** Says a line to one of the nodes, in no order, and waits for its answer. */
    Map<String, String> ask(int line, String words) throws IOException {
        lines.get(line).to.println(words);
        return hear(line);
    }

    /** Says a line to each, {@code %d} being its number, and waits for all. */
    List<Map<String, String>> askAll(String words) throws IOException {
        for (int i = 0; i < lines.size(); i++) {
            lines.get(i).to.println(words.replace("%d", Integer.toString(i)));
        }
        List<Map<String, String>> answers = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            answers.add(hear(i));
        }
        return answers;
    }

    private Map<String, String> hear(int line) throws IOException {
        String answer = lines.get(line).from.readLine();
        if (answer == null || answer.startsWith("error=")) {
            throw new IOException("an injecting node answered " + answer);
        }
        Map<String, String> values = new HashMap<>();
        for (String word : answer.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                values.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return values;
    }

    /** Kills the last node; returns the number of the line that led to it. */
    int kill() throws IOException {
        nodes.get(nodes.all().size() - 1).kill();
        for (int i = 0; i < lines.size(); i++) {
            lines.get(i).to.println("status");
            if (lines.get(i).from.readLine() == null) {
                return i;
            }
        }
        throw new IOException("no line broke when a node was killed");
    }

    /** What the API of a node says of streams. */
    Map<String, Count> counts(NodeProcess node, List<String> streams) throws IOException, InterruptedException {
        Map<String, Count> counts = new HashMap<>();
        for (int from = 0; from < streams.size(); from += CHUNK) {
            List<String> chunk = streams.subList(from, Math.min(streams.size(), from + CHUNK));
            JsonArray items = get(node, "/v1/viewers?stream=" + String.join("&stream=", chunk))
                    .getJsonArray("items");
            for (int i = 0; i < items.size(); i++) {
                JsonObject item = items.getJsonObject(i);
                counts.put(item.getString("stream"), new Count(item.getLong("viewers"), item.getLong("sessions")));
            }
        }
        return counts;
    }

    static JsonObject get(NodeProcess node, String path) throws IOException, InterruptedException {
        var answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(node.publicUrl() + path))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(path.substring(0, Math.min(60, path.length())) + " answered " + answer.statusCode()
                    + " " + answer.body());
        }
        return new JsonObject(answer.body());
    }

    /** Waits until the API says what is true; the number of streams of which it does not after the time. */
    int differences(NodeProcess node, Map<String, Count> truth, Duration limit)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        List<String> streams = List.copyOf(truth.keySet());
        while (true) {
            Map<String, Count> said = counts(node, streams);
            int differences = (int) streams.stream()
                    .filter(stream -> !truth.get(stream).equals(said.get(stream)))
                    .count();
            if (differences == 0 || System.nanoTime() > deadline) {
                return differences;
            }
            BenchRun.hold(0.25);
        }
    }

    @Override
    public void close() throws IOException {
        for (Line line : lines) {
            line.socket.close();
        }
        nodes.close();
    }
}
