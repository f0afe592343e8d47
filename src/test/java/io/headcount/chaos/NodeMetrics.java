package io.headcount.chaos;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What nodes measure of themselves. */
final class NodeMetrics {
    private static final Pattern LONGEST_CALL =
            Pattern.compile("^headcount_redis_call_seconds_max\\{[^}]*} ([0-9.eE+-]+)$", Pattern.MULTILINE);

    private NodeMetrics() {}

    /** The longest call to Redis of any node within the last minutes. */
    static long longestRedisCallMillis(Scene scene) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        double longest = 0;
        for (int node = 0; node < Scene.NODES; node++) {
            HttpRequest request = HttpRequest.newBuilder(
                            scene.node(node).managementUrl().resolve("/metrics"))
                    .build();
            Matcher matcher = LONGEST_CALL.matcher(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
            while (matcher.find()) {
                longest = Math.max(longest, Double.parseDouble(matcher.group(1)));
            }
        }
        return Math.round(longest * 1_000);
    }

    /** How long after its start, which this process' clock measured, a node's own clock dated its first line of log. */
    static long clockOffSeconds(Scene scene, int node) {
        List<String> lines = scene.node(node).process().tail(Integer.MAX_VALUE);
        Instant said = Instant.parse(lines.get(0).substring(0, "2026-01-01T00:00:00.000Z".length()));
        return Duration.between(scene.launchedAt(node), said).toSeconds();
    }
}
