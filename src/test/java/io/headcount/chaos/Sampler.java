package io.headcount.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Four times a second asks every node for all streams, and holds what it answers, and what the viewers were told last,
 * against the {@link Oracle}. An answer is right when it was true at some moment of the four seconds before it was asked for,
 * until it came: a replica that is read may lag by one, and a machine that carries all of this is busy. What viewers were told may be older by
 * the longest time between two pushes. While nobody comes or goes, none of this hides anything.
 */
final class Sampler implements AutoCloseable {
    static final long INTERVAL_MILLIS = 250;
    private static final long LOOK_MILLIS = 50;
    static final long ANSWER_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(4_000);
    private static final long PUSH_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(4_000);
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final Oracle oracle;
    private final List<URI> nodes;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final ObjectMapper mapper = new ObjectMapper();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sampler");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Integer> asked = ConcurrentHashMap.newKeySet();
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final String query;

    /** @param nodes the nodes' public addresses, in the oracle's order */
    Sampler(Oracle oracle, List<URI> nodes) {
        this.oracle = oracle;
        this.nodes = nodes;
        this.query = "/v1/viewers?"
                + oracle.streams().stream().map(stream -> "stream=" + stream).collect(Collectors.joining("&"));
    }

    void start() {
        var unusedLook = timer.scheduleAtFixedRate(oracle::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        var unusedAsk = timer.scheduleAtFixedRate(this::askAll, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Tells of all samples from now on. */
    void add(Watch watch) {
        watches.add(watch);
    }

    void remove(Watch watch) {
        watches.remove(watch);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void askAll() {
        long now = System.nanoTime();
        long pushed = oracle.pushedError(oracle.strictSince(now - PUSH_AGE_NANOS));
        watches.forEach(watch -> watch.pushed(now, pushed));
        for (int node = 0; node < nodes.size(); node++) {
            if (asked.add(node)) {
                ask(node);
            }
        }
    }

    private void ask(int node) {
        long askedAt = System.nanoTime();
        HttpRequest request = HttpRequest.newBuilder(nodes.get(node).resolve(query))
                .timeout(PATIENCE)
                .build();
        CompletableFuture<Void> unused = http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .handleAsync(
                        (answer, failure) -> {
                            asked.remove(node);
                            take(node, askedAt, answer);
                            return null;
                        },
                        timer);
    }

    private void take(int node, long askedAt, HttpResponse<String> response) {
        Sample sample = sample(node, askedAt, response);
        watches.forEach(watch -> watch.answered(sample));
    }

    private Sample sample(int node, long askedAt, HttpResponse<String> response) {
        if (response == null || response.statusCode() != 200) {
            return new Sample(node, askedAt, System.nanoTime(), false, false, 0, 0, 0, "", "no answer");
        }
        oracle.look();
        Truth lenient = oracle.lenientSince(askedAt - ANSWER_AGE_NANOS);
        Truth strict = oracle.strictSince(askedAt - ANSWER_AGE_NANOS);
        long userError = 0;
        long strictError = 0;
        long users = 0;
        String detail = "";
        String why = "";
        boolean exact = true;
        try {
            List<JsonNode> items = new ArrayList<>();
            mapper.readTree(response.body()).path("items").forEach(items::add);
            for (int i = 0; i < items.size(); i++) {
                JsonNode item = items.get(i);
                long error = lenient.userError(i, item.path("viewers").asLong());
                if (error > 0 && detail.isEmpty()) {
                    detail = oracle.streams().get(i) + " said "
                            + item.path("viewers").asLong() + " ("
                            + item.path("mode").asText() + "), true were " + lenient.users(i);
                }
                userError += error;
                long inexact = strict.userError(i, item.path("viewers").asLong())
                        + strict.sessionError(i, item.path("sessions").asLong());
                if (inexact > 0 && why.isEmpty()) {
                    why = oracle.streams().get(i) + " said " + item + ", exact were " + strict.describe(i);
                }
                strictError += inexact;
                users += item.path("viewers").asLong();
                exact &= item.path("mode").asText().equals("exact");
            }
            boolean all = items.size() == oracle.streams().size();
            return new Sample(node, askedAt, System.nanoTime(), all, exact, userError, strictError, users, detail, why);
        } catch (IOException e) {
            return new Sample(node, askedAt, System.nanoTime(), false, false, 0, 0, 0, "", "no answer");
        }
    }

    /**
     * What a node said.
     *
     * @param answered whether it said anything
     * @param exact whether it called all of it exact
     * @param userError users too many or too few, over all streams
     * @param strictError what keeps it from being exact: users and sessions too many or too few
     * @param users in all
     * @param detail the first stream that was wrong
     * @param why what keeps it from being exact, or that it does not say it is
     */
    record Sample(
            int node,
            long askedAt,
            long answeredAt,
            boolean answered,
            boolean exact,
            long userError,
            long strictError,
            long users,
            String detail,
            String why) {
        boolean right() {
            return answered && exact && strictError == 0;
        }
    }
}
