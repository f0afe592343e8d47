package io.headcount.gateway;

import io.headcount.gateway.Injected.Sampled;
import io.headcount.gateway.Injected.Watcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.DoublePredicate;

/**
 * Viewers without sockets on a node's gateway: opened through the registry as sockets are, with everything that follows
 * from it. Told what to do by lines; a line's answer is {@code name=value} words.
 */
public final class Injector {
    private static final int SAMPLED_ONE_IN = 20;
    /** Users to choose from, for each session that is open at a time: so some have several tabs, and some come back. */
    private static final double USERS_A_SESSION = 3;
    /** Of the natural logarithm of the watch time. */
    private static final double SIGMA = 1;

    private final Sightings sightings = new Sightings();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong closed = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final List<InjectorLane> lanes = new ArrayList<>();

    public Injector(Gateway gateway) {
        gateway.running().forEach(instance -> lanes.add(new InjectorLane(instance, sightings, opened, closed, lost)));
    }

    /**
     * Does what a line says: {@code watch STREAMS}, {@code fill FIRST STEP COUNT STREAMS RATE}, {@code churn EVENTS_A_SECOND
     * SECONDS STREAMS POPULATION}, {@code burst COUNT RATE STREAMS}, {@code close RATE}, {@code reset}, {@code status},
     * {@code truth FILE}.
     */
    public String obey(String[] words) throws Exception {
        return switch (words[0]) {
            case "watch" -> watch(number(words, 1));
            case "fill" ->
                fill(number(words, 1), number(words, 2), number(words, 3), number(words, 4), number(words, 5));
            case "churn" -> churn(number(words, 1), number(words, 2), number(words, 3), number(words, 4));
            case "burst" -> burst(number(words, 1), number(words, 2), number(words, 3));
            case "close" -> close(number(words, 1));
            case "reset" -> {
                sightings.reset();
                yield "reset=1";
            }
            case "status" -> "opened=" + opened + " closed=" + closed + " lost=" + lost + " " + sightings.figures();
            case "truth" -> truth(Path.of(words[1]));
            default -> "error=unknown";
        };
    }

    private static int number(String[] words, int at) {
        return Integer.parseInt(words[at]);
    }

    /** Somebody who stays on each stream. */
    private String watch(int streams) throws InterruptedException {
        onEach(lane -> {
            int first = lanes.indexOf(lane);
            for (int stream = first; stream < streams; stream += lanes.size()) {
                lane.open(Population.name(stream), "watcher", new Watcher(lane));
            }
        });
        return "watching=" + streams;
    }

    private String fill(int first, int step, int count, int streams, int rate) throws InterruptedException {
        Population population = new Population(streams);
        long startedNanos = System.nanoTime();
        runOnEach(lane -> {
            int[] next = {lanes.indexOf(lane)};
            double[] due = {0};
            return seconds -> {
                due[0] += seconds * rate / lanes.size();
                while (due[0] >= 1 && next[0] < count) {
                    due[0]--;
                    long session = first + (long) step * next[0];
                    long user = Population.userOf(session);
                    lane.open(
                            Population.name(population.streamOf(user)),
                            "u" + user,
                            next[0] % SAMPLED_ONE_IN == 0 ? new Sampled(lane) : new Injected(lane));
                    next[0] += lanes.size();
                }
                return next[0] < count;
            };
        });
        return "opened=" + count + " seconds=" + (System.nanoTime() - startedNanos) / 1e9;
    }

    /** Joins as a Poisson process, watch times log-normal, as many leaves as joins once it has run for a while. */
    private String churn(int events, int seconds, int streams, int open) throws InterruptedException {
        Population population = new Population(streams);
        double joinsASecond = events / 2.0 / lanes.size();
        double meanMillis = open / (events / 2.0) * 1_000;
        double mu = Math.log(meanMillis) - SIGMA * SIGMA / 2;
        long users = Math.round(open * USERS_A_SESSION);
        long before = opened.get();
        long closedBefore = closed.get();
        long until = System.nanoTime() + seconds * 1_000_000_000L;
        long startedNanos = System.nanoTime();
        runOnEach(lane -> {
            var random = lane.random();
            return passed -> {
                for (int i = lane.poisson(passed * joinsASecond); i > 0; i--) {
                    String stream = Population.name(population.at(random.nextDouble()));
                    Injected viewer = random.nextInt(SAMPLED_ONE_IN) == 0 ? new Sampled(lane) : new Injected(lane);
                    long millis = Math.round(Math.exp(mu + SIGMA * random.nextGaussian()));
                    lane.open(stream, "u" + random.nextLong(users), viewer, millis);
                }
                return System.nanoTime() < until;
            };
        });
        double took = (System.nanoTime() - startedNanos) / 1e9;
        long joins = opened.get() - before;
        long leaves = closed.get() - closedBefore;
        return "joins=" + joins + " leaves=" + leaves + " seconds=" + took + " eventsASecond=" + (joins + leaves) / took
                + " open=" + (opened.get() - closed.get());
    }

    /** New users who stay, evenly on some streams; meanwhile it is watched how old the counts get that viewers have. */
    private String burst(int count, int rate, int streams) throws InterruptedException {
        long base = opened.get();
        AtomicLong oldest = new AtomicLong();
        long startedNanos = System.nanoTime();
        runOnEach(lane -> {
            int index = lanes.indexOf(lane);
            int[] next = {index};
            double[] due = {0};
            return seconds -> {
                due[0] += seconds * rate / lanes.size();
                while (due[0] >= 1 && next[0] < count) {
                    due[0]--;
                    lane.open(
                            Population.name(next[0] / lanes.size() % streams),
                            "b" + base + "-" + next[0],
                            next[0] / lanes.size() % SAMPLED_ONE_IN == 0 ? new Sampled(lane) : new Injected(lane));
                    next[0] += lanes.size();
                }
                if (index == 0) {
                    for (int stream = 0; stream < Math.min(streams, 50); stream++) {
                        oldest.accumulateAndGet(sightings.ageMillis(Population.name(stream)), Math::max);
                    }
                }
                return next[0] < count;
            };
        });
        return "opened=" + count + " seconds=" + (System.nanoTime() - startedNanos) / 1e9 + " oldestMillis=" + oldest;
    }

    private String close(int rate) throws InterruptedException {
        long before = closed.get();
        runOnEach(lane -> {
            double[] due = {0};
            return seconds -> {
                due[0] += seconds * rate / lanes.size();
                int most = (int) due[0];
                due[0] -= most;
                return lane.closeSome(most);
            };
        });
        return "closed=" + (closed.get() - before);
    }

    /** A line a stream: its name, different users, sessions. */
    private String truth(Path file) throws InterruptedException, IOException {
        Map<String, Set<String>> users = new HashMap<>();
        Map<String, Integer> sessions = new HashMap<>();
        onEach(lane -> {
            synchronized (users) {
                lane.forEach(viewer -> {
                    users.computeIfAbsent(viewer.session().stream(), id -> new HashSet<>())
                            .add(viewer.session().user());
                    sessions.merge(viewer.session().stream(), 1, Integer::sum);
                });
            }
        });
        List<String> lines = new ArrayList<>();
        users.forEach((stream, names) -> lines.add(stream + " " + names.size() + " " + sessions.get(stream)));
        Files.write(file, lines);
        return "streams=" + lines.size() + " sessions="
                + sessions.values().stream().mapToInt(i -> i).sum();
    }

    private interface Generators {
        DoublePredicate of(InjectorLane lane);
    }

    private void runOnEach(Generators generators) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(lanes.size());
        lanes.forEach(lane -> lane.loop().run(() -> lane.run(generators.of(lane), ended::countDown)));
        ended.await();
    }

    private void onEach(Consumer<InjectorLane> action) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(lanes.size());
        for (InjectorLane lane : lanes) {
            lane.loop().run(() -> {
                action.accept(lane);
                done.countDown();
            });
        }
        done.await();
    }
}
