package io.headcount.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.config.HeadcountConfig;
import io.headcount.dev.SharedServers;
import io.headcount.model.Incarnation;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore.Batch;
import io.headcount.store.CounterStore.BatchResult;
import io.headcount.store.CounterStore.Beat;
import io.headcount.store.CounterStore.BeatResult;
import io.headcount.store.CounterStore.Change;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.CounterStore.Member;
import io.headcount.store.CounterStore.NodeReport;
import io.headcount.store.redis.RedisCounterStore;
import io.headcount.store.redis.RedisRouter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The model that the simulator trusts against the scripts that production runs: random operations on both, on a real
 * cluster; after each, the answers and every key of the stream with its time to live are the same.
 */
class ModelAgainstLuaIT {
    /** Short, so that buckets roll while the test runs. */
    private static final long BUCKET_MILLIS = 500;

    private static final int RUNS = Integer.getInteger("headcount.sim.lua.runs", 12);
    private static final int OPERATIONS = 80;
    /** The keys are read a while after the operation. */
    private static final long TTL_TOLERANCE_MILLIS = 10_000;
    /** TIME in a script and the clock of its expiries are read one after the other. */
    private static final long TTL_ROUNDING_MILLIS = 100;

    private static final String DUMP = """
            local found = {}
            for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
              local kind, values = redis.call('TYPE', key).ok, nil
              if kind == 'set' then values = redis.call('SMEMBERS', key)
              elseif kind == 'hash' then values = redis.call('HGETALL', key)
              else values = { redis.call('GET', key) } end
              found[#found + 1] = { key, kind, redis.call('PTTL', key), values }
            end
            return found""";

    private static Vertx vertx;
    private static RedisRouter router;
    private static RedisCounterStore store;

    private Dice dice;
    private String stream;
    private ModelStream model;
    private final Map<String, Session> sessions = new TreeMap<>();
    private final Map<Incarnation, Long> numbers = new TreeMap<>(Comparator.comparing(Incarnation::toString));
    private long seenMillis;

    @BeforeAll
    static void open() throws Exception {
        vertx = Vertx.vertx();
        HeadcountConfig config = HeadcountConfig.read(
                Map.of("redis", Map.of("endpoints", SharedServers.redis().endpoints())), Map.of());
        router = await(RedisRouter.open(vertx, config.redis(), new SimpleMeterRegistry()));
        store = new RedisCounterStore(router, new SharedClock(), BUCKET_MILLIS);
    }

    @AfterAll
    static void close() throws Exception {
        await(router.close());
        await(vertx.close());
    }

    @Test
    void theModelDoesWhatTheScriptsDo() throws Exception {
        long first = Long.getLong("headcount.sim.lua.seed", System.nanoTime());
        for (long seed = first; seed < first + RUNS; seed++) {
            begin(seed);
            for (int i = 0; i < OPERATIONS; i++) {
                String done = operate();
                String where = "-Dheadcount.sim.lua.seed=" + seed + ", operation " + i + ": " + done;
                compareKeys(where);
            }
        }
    }

    private void begin(long seed) {
        dice = new Dice(seed);
        stream = "model-" + seed;
        model = new ModelStream(stream, BUCKET_MILLIS);
        sessions.clear();
        numbers.clear();
    }

    private String operate() throws Exception {
        return switch (dice.below(10)) {
            case 0, 1, 2, 3, 4 -> apply();
            case 5, 6 -> beat();
            case 7 -> reap();
            case 8 -> sweep();
            default -> read();
        };
    }

    private String apply() throws Exception {
        Incarnation life = life();
        long last = numbers.getOrDefault(life, 0L);
        long after = dice.chance(0.8) ? last : dice.between(0, last + 1);
        long number = dice.chance(0.8) ? after + 1 : dice.between(1, last + 4);
        Set<String> taken = new HashSet<>();
        List<Change> changes = new ArrayList<>();
        for (long i = dice.between(0, 6); i > 0; i--) {
            Session session = session();
            if (taken.add(session.id())) {
                changes.add(new Change(session, dice.chance(0.6)));
            }
        }
        Batch batch = new Batch(stream, life, number, after, dice.between(0, 9), changes);
        BatchResult real = await(store.apply(batch));
        if (real instanceof BatchResult.Applied applied) {
            seenMillis = applied.count().asOfMillis();
            numbers.put(life, number);
        } else {
            // The refusal says no time, and changes nothing that depends on it.
            seenMillis = Math.max(seenMillis, 1);
        }
        assertThat(model.apply(batch, seenMillis)).isEqualTo(real);
        return batch.toString();
    }

    private String beat() throws Exception {
        Incarnation life = life();
        long last = numbers.getOrDefault(life, 0L);
        List<Session> renewed = new ArrayList<>();
        for (long i = dice.between(0, 4); i > 0; i--) {
            renewed.add(session());
        }
        long number = dice.chance(0.8) ? last : dice.between(0, last + 1);
        Beat beat = new Beat(stream, life, dice.between(0, 9), number, renewed, dice.chance(0.3), dice.chance(0.2));
        BeatResult real = await(store.beat(beat));
        seenMillis = real.count().asOfMillis();
        assertThat(model.beat(beat, seenMillis)).isEqualTo(real);
        return beat.toString();
    }

    private String reap() throws Exception {
        Incarnation life = life();
        List<Member> members =
                new ArrayList<>(await(store.members(stream, life, "0")).members());
        List<Member> known = model.scan(life, "0", 1_000, seenMillis);
        assertThat(names(members)).isEqualTo(names(known));
        if (dice.chance(0.3)) {
            // A page that is late: some of it is gone or somebody else's by now.
            Session other = session();
            members.add(new Member(other.id(), other.user(), other.joinedAtMillis(), other.joinedAtMillis()));
        }
        List<Member> some = members.subList(0, (int) dice.between(0, members.size()));
        var real = await(store.reap(stream, life, some));
        seenMillis = real.asOfMillis();
        assertThat(model.reap(life, some, seenMillis)).isEqualTo(real);
        if (model.read(seenMillis).nodes().stream()
                .noneMatch(report -> report.incarnation().equals(life))) {
            numbers.remove(life);
        }
        return "reap " + life + " " + some;
    }

    private String sweep() throws Exception {
        String ghost = "ghost" + dice.below(3);
        boolean haunted = dice.chance(0.5);
        if (haunted) {
            redis("SADD", "live:users:{" + stream + "}", ghost);
            model.users().add(ghost);
        }
        long real = await(store.sweep(stream, "0")).removed();
        if (real > 0) {
            // The answer says no time; the bucket does.
            String bucket = (String) redis("HGET", "live:stat:{" + stream + "}", "cur");
            seenMillis = Long.parseLong(bucket.split(":", -1)[7]);
        }
        assertThat(model.sweep(List.copyOf(model.users()), seenMillis)).isEqualTo(real);
        return "sweep";
    }

    private String read() throws Exception {
        // Replicas may be a moment behind; what only reads is compared with the master's keys after each operation.
        LiveStream real = await(store.read(List.of(stream))).get(0);
        assertThat(real.nodes()).extracting(NodeReport::incarnation).doesNotHaveDuplicates();
        return "read";
    }

    private void compareKeys(String where) throws IOException {
        Map<String, Object> real = new TreeMap<>();
        Map<String, Long> lives = new TreeMap<>();
        for (Object line : (List<?>) redis("EVAL", DUMP, "1", "live:users:{" + stream + "}", "*{" + stream + "}*")) {
            List<?> parts = (List<?>) line;
            String key = (String) parts.get(0);
            real.put(key, value((String) parts.get(1), (List<?>) parts.get(3)));
            lives.put(key, (Long) parts.get(2));
        }
        assertThat(real).as(where).isEqualTo(model.dump(seenMillis));
        model.livesUntil().forEach((key, until) -> {
            long life = lives.get(key);
            if (until == Long.MAX_VALUE) {
                assertThat(life).as(where + ", time to live of " + key).isEqualTo(-1);
            } else {
                assertThat(life)
                        .as(where + ", time to live of " + key)
                        .isBetween(until - seenMillis - TTL_TOLERANCE_MILLIS, until - seenMillis + TTL_ROUNDING_MILLIS);
            }
        });
    }

    private static Object value(String kind, List<?> values) {
        if (kind.equals("set")) {
            Set<String> members = new TreeSet<>();
            values.forEach(member -> members.add((String) member));
            return members;
        }
        if (kind.equals("hash")) {
            Map<String, String> fields = new TreeMap<>();
            for (int i = 0; i < values.size(); i += 2) {
                fields.put((String) values.get(i), (String) values.get(i + 1));
            }
            return fields;
        }
        return values.get(0);
    }

    private static Object redis(String command, String... words) throws IOException {
        String[] all = new String[words.length + 1];
        all[0] = command;
        System.arraycopy(words, 0, all, 1, words.length);
        String key = command.equals("EVAL") ? words[2] : words[0];
        return SharedServers.redis().call(SharedServers.redis().masterOf(key), all);
    }

    private Incarnation life() {
        return new Incarnation("n" + dice.below(2), 1 + dice.below(2));
    }

    private Session session() {
        String id = "x" + dice.below(12);
        return sessions.computeIfAbsent(
                id, unknown -> new Session(stream, "u" + dice.below(5), id, 1_000 + dice.below(9), 0));
    }

    private static List<String> names(List<Member> members) {
        return members.stream()
                .map(member -> member.session() + " " + member.user() + " " + member.joinedAtMillis())
                .sorted()
                .toList();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
    }
}
