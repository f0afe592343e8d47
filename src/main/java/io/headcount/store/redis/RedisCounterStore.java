package io.headcount.store.redis;

import io.headcount.model.Count;
import io.headcount.model.FinishedSession;
import io.headcount.model.HistoryPoint;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.model.Session;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.SessionLog;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** {@link CounterStore} in Redis, one script an operation. */
public final class RedisCounterStore implements CounterStore {
    private static final int LOG_CHUNK = 250;
    private static final Script APPLY = Script.load("apply");
    private static final Script BEAT = Script.load("beat");
    private static final Script REAP = Script.load("reap");
    private static final Script SWEEP = Script.load("sweep");
    private static final Script COUNT = Script.load("count");
    private static final Script BUCKET = Script.load("bucket");
    private static final Script HEARTBEATS = Script.load("heartbeats");
    private static final Script ANNOUNCE = Script.load("announce");
    private static final Script RETIRE = Script.load("retire");
    private static final Script LOG = Script.load("log");
    private static final long HEARTBEAT_MILLIS = 60_000;
    /** After a possible loss every node asserts again at once, and at the latest with its next beat (5 s). */
    private static final long UNSETTLED_MILLIS = 6_000;

    private final RedisRouter router;
    private final SharedClock clock;
    private final String bucketMillis;

    /**
     * @param clock learns Redis' time from every reply
     * @param bucketMillis length of a history bucket
     */
    public RedisCounterStore(RedisRouter router, SharedClock clock, long bucketMillis) {
        this.router = router;
        this.clock = clock;
        this.bucketMillis = Long.toString(bucketMillis);
    }

    @Override
    public void onLoss(Consumer<Predicate<String>> listener) {
        router.onLoss(keys -> listener.accept(stream -> keys.test(Keys.users(stream))));
    }

    @Override
    public Future<BatchResult> apply(Batch batch) {
        String stream = batch.stream();
        List<Change> ordered = joinsFirst(batch.changes());
        List<String> keys = streamKeys(stream, batch.incarnation(), 2 * ordered.size());
        List<String> args = new ArrayList<>(7 + 4 * ordered.size());
        args.add(batch.incarnation().toString());
        args.add(Long.toString(batch.number()));
        args.add(Long.toString(batch.after()));
        args.add(bucketMillis);
        args.add(Long.toString(batch.sockets()));
        args.add(Long.toString(ordered.stream().filter(Change::joined).count()));
        args.add(Integer.toString(batch.door().mostTabs()));
        for (Change change : ordered) {
            Session session = change.session();
            addSessionKeys(keys, stream, session.user(), session.id());
            args.add(session.id());
            args.add(session.user());
            args.add(Long.toString(session.joinedAtMillis()));
            args.add(batch.door().newcomers().contains(session.id()) ? "1" : "0");
        }
        return router.script(APPLY, keys, args)
                .map(reply -> reply.get(0).toLong() == 1
                        ? new BatchResult.Applied(
                                count(stream, reply, 1), reply.get(7).toLong(), texts(reply.get(9)))
                        : new BatchResult.Gap(reply.get(8).toLong()));
    }

    @Override
    public Future<BeatResult> beat(Beat beat) {
        String stream = beat.stream();
        int size = beat.sessions().size();
        List<String> keys = streamKeys(stream, beat.incarnation(), beat.renewKeys() ? 2 * size : size);
        List<String> args = new ArrayList<>(6 + 2 * beat.sessions().size());
        args.add(beat.incarnation().toString());
        args.add(Long.toString(beat.lastNumber()));
        args.add(Long.toString(beat.sockets()));
        args.add(bucketMillis);
        args.add(beat.forget() ? "1" : "0");
        args.add(beat.renewKeys() ? "1" : "0");
        for (Session session : beat.sessions()) {
            keys.add(Keys.heartbeat(stream, session.id()));
            args.add(session.id());
            args.add(session.user());
        }
        if (beat.renewKeys()) {
            beat.sessions().forEach(session -> keys.add(Keys.tabs(stream, session.user())));
        }
        return router.script(BEAT, keys, args)
                .map(reply -> new BeatResult(
                        count(stream, reply, 0),
                        reply.get(6).toLong(),
                        reply.get(7).toLong(),
                        reply.get(8).toLong(),
                        reply.get(9).stream().map(Response::toString).toList()));
    }

    @Override
    public Future<MemberPage> members(String stream, Incarnation incarnation, String cursor) {
        String key = Keys.node(stream, incarnation.toString());
        Request scan =
                Request.cmd(Command.HSCAN).arg(key).arg(cursor).arg("COUNT").arg(Integer.toString(MAX_BATCH));
        return router.write(key, scan).compose(page -> {
            Map<String, String> found = Replies.pairs(page.get(1));
            String next = page.get(0).toString();
            if (found.isEmpty()) {
                return Future.succeededFuture(new MemberPage(List.of(), next));
            }
            List<String> sessions = List.copyOf(found.keySet());
            List<String> heartbeats = sessions.stream()
                    .map(session -> Keys.heartbeat(stream, session))
                    .toList();
            return router.script(HEARTBEATS, heartbeats, List.of())
                    .map(reply -> new MemberPage(memberList(sessions, found, reply), next));
        });
    }

    @Override
    public Future<Count> reap(String stream, Incarnation dead, List<Member> members) {
        List<String> keys = streamKeys(stream, dead, 2 * members.size());
        List<String> args = new ArrayList<>(2 + 2 * members.size());
        args.add(dead.toString());
        args.add(bucketMillis);
        for (Member member : members) {
            addSessionKeys(keys, stream, member.user(), member.session());
            args.add(member.session());
            args.add(member.user());
        }
        return router.script(REAP, keys, args).map(reply -> count(stream, reply, 0));
    }

    @Override
    public Future<Sweep> sweep(String stream, String cursor) {
        Request scan = Request.cmd(Command.SSCAN)
                .arg(Keys.users(stream))
                .arg(cursor)
                .arg("COUNT")
                .arg(Integer.toString(MAX_BATCH));
        return router.write(Keys.users(stream), scan).compose(page -> {
            String next = page.get(0).toString();
            // SSCAN may name a member twice.
            Set<String> users = new LinkedHashSet<>();
            page.get(1).forEach(user -> users.add(user.toString()));
            if (users.isEmpty()) {
                return Future.succeededFuture(new Sweep(0, next));
            }
            List<String> keys = new ArrayList<>(3 + users.size());
            keys.add(Keys.users(stream));
            keys.add(Keys.nodes(stream));
            keys.add(Keys.stat(stream));
            List<String> args = new ArrayList<>(1 + users.size());
            args.add(bucketMillis);
            for (String user : users) {
                keys.add(Keys.tabs(stream, user));
                args.add(user);
            }
            return router.script(SWEEP, keys, args).map(removed -> new Sweep(removed.toLong(), next));
        });
    }

    @Override
    public Future<Void> log(List<FinishedSession> finished) {
        Map<Integer, List<String>> parts = new HashMap<>();
        for (FinishedSession session : finished) {
            parts.computeIfAbsent(Math.floorMod(session.session().hashCode(), SessionLog.PARTS), k -> new ArrayList<>())
                    .add(SessionRecords.pack(session));
        }
        List<Future<?>> calls = new ArrayList<>();
        parts.forEach((part, records) -> {
            for (int from = 0; from < records.size(); from += LOG_CHUNK) {
                calls.add(logTo(part, records.subList(from, Math.min(records.size(), from + LOG_CHUNK)), 0));
            }
        });
        return Future.all(calls).mapEmpty();
    }

    @Override
    public Future<List<LiveStream>> read(List<String> streams) {
        List<Future<?>> calls = new ArrayList<>(streams.size());
        for (String stream : streams) {
            List<String> keys = List.of(Keys.users(stream), Keys.nodes(stream), Keys.stat(stream), Keys.beats(stream));
            calls.add(router.readScript(COUNT, keys, List.of())
                    .compose(reply ->
                            whole(reply) ? Future.succeededFuture(reply) : router.masterScript(COUNT, keys, List.of()))
                    .map(reply -> liveStream(stream, reply)));
        }
        return Future.all(calls).map(all -> all.list());
    }

    /**
     * Whether a replica can be believed. While a slot moves to another master its keys leave one by one, and a replica,
     * other than its master, answers without those that are gone: half a stream, or none of one that is well known.
     */
    private static boolean whole(Response reply) {
        boolean viewers = reply.get(0).toLong() > 0;
        boolean sessions = reply.get(1).toLong() > 0;
        boolean known = reply.get(5).toLong() > 0;
        return known && viewers == sessions;
    }

    @Override
    public Future<Void> announce(Collection<String> streams) {
        Map<Integer, List<String>> parts = new HashMap<>();
        streams.forEach(stream -> parts.computeIfAbsent(Keys.indexPart(stream), k -> new ArrayList<>())
                .add(stream));
        List<Future<?>> calls = new ArrayList<>();
        parts.forEach((part, ofPart) -> {
            for (int from = 0; from < ofPart.size(); from += MAX_BATCH) {
                List<String> chunk = ofPart.subList(from, Math.min(ofPart.size(), from + MAX_BATCH));
                calls.add(router.script(ANNOUNCE, List.of(Keys.index(part)), chunk));
            }
        });
        return Future.all(calls).mapEmpty();
    }

    @Override
    public Future<List<String>> liveStreams() {
        List<Future<?>> calls = new ArrayList<>(SessionLog.PARTS);
        for (int part = 0; part < SessionLog.PARTS; part++) {
            String key = Keys.index(part);
            calls.add(router.read(
                    key, Request.cmd(Command.ZRANGE).arg(key).arg("0").arg("-1")));
        }
        // A shard that is down hides its part, not the others'.
        return Future.any(calls)
                .compose(some -> Future.join(calls).otherwiseEmpty())
                .map(done -> {
                    List<String> streams = new ArrayList<>();
                    calls.stream()
                            .filter(Future::succeeded)
                            .forEach(part ->
                                    ((Response) part.result()).forEach(stream -> streams.add(stream.toString())));
                    return streams;
                });
    }

    @Override
    public Future<Void> retire(String stream) {
        String key = Keys.index(Keys.indexPart(stream));
        return router.script(RETIRE, List.of(key), List.of(stream)).mapEmpty();
    }

    @Override
    public Future<HistoryPoint> lastBucket(String stream, long length) {
        List<String> keys = List.of(Keys.users(stream), Keys.stat(stream));
        return router.script(BUCKET, keys, List.of(Long.toString(length)))
                .map(reply -> reply == null ? null : historyPoint(stream, length, reply));
    }

    /** Any part will do for a record: where one shard is down, the next part's may not be. */
    private Future<Void> logTo(int part, List<String> records, int tries) {
        return router.script(LOG, List.of(Keys.log(part)), records)
                .<Void>mapEmpty()
                .recover(failure -> tries < 2
                        ? logTo((part + 1) % SessionLog.PARTS, records, tries + 1)
                        : Future.failedFuture(failure));
    }

    private static List<Change> joinsFirst(List<Change> changes) {
        List<Change> ordered = new ArrayList<>(changes.size());
        changes.stream().filter(Change::joined).forEach(ordered::add);
        changes.stream().filter(change -> !change.joined()).forEach(ordered::add);
        return ordered;
    }

    private static List<String> streamKeys(String stream, Incarnation incarnation, int more) {
        List<String> keys = new ArrayList<>(5 + more);
        keys.add(Keys.users(stream));
        keys.add(Keys.node(stream, incarnation.toString()));
        keys.add(Keys.nodes(stream));
        keys.add(Keys.stat(stream));
        keys.add(Keys.beats(stream));
        return keys;
    }

    private static void addSessionKeys(List<String> keys, String stream, String user, String session) {
        keys.add(Keys.tabs(stream, user));
        keys.add(Keys.heartbeat(stream, session));
    }

    private Count count(String stream, Response reply, int from) {
        long asOf = reply.get(from + 4).toLong();
        clock.observe(asOf);
        return new Count(
                stream,
                reply.get(from).toLong(),
                reply.get(from + 1).toLong(),
                reply.get(from + 2).toLong(),
                reply.get(from + 3).toLong(),
                asOf,
                reply.get(from + 5).toLong(),
                router.settled(Keys.users(stream), UNSETTLED_MILLIS) ? Mode.EXACT : Mode.DEGRADED);
    }

    private LiveStream liveStream(String stream, Response reply) {
        List<NodeReport> reports = new ArrayList<>();
        Replies.pairs(reply.get(6)).forEach((incarnation, report) -> {
            String[] parts = report.split(":", -1);
            reports.add(new NodeReport(
                    Incarnation.parse(incarnation),
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2])));
        });
        return new LiveStream(count(stream, reply, 0), reports);
    }

    private static List<Member> memberList(List<String> sessions, Map<String, String> found, Response heartbeats) {
        long now = heartbeats.get(0).toLong();
        List<Member> members = new ArrayList<>(sessions.size());
        for (int i = 0; i < sessions.size(); i++) {
            String value = found.get(sessions.get(i));
            int colon = value.lastIndexOf(':');
            long joinedAt = Long.parseLong(value.substring(colon + 1));
            long remaining = heartbeats.get(i + 1).toLong();
            long lastBeat = remaining < 0 ? now - HEARTBEAT_MILLIS : now - (HEARTBEAT_MILLIS - remaining);
            members.add(new Member(sessions.get(i), value.substring(0, colon), joinedAt, Math.max(joinedAt, lastBeat)));
        }
        return members;
    }

    private static HistoryPoint historyPoint(String stream, long length, Response reply) {
        long at = reply.get(0).toLong();
        long since = reply.get(6).toLong();
        long observed = Math.max(1, at + length - since);
        return new HistoryPoint(
                stream,
                at,
                reply.get(1).toLong(),
                reply.get(4).toLong(),
                reply.get(2).toLong(),
                reply.get(3).toLong(),
                reply.get(5).toDouble() / observed,
                reply.get(7).toLong(),
                reply.get(8).toLong(),
                Math.min(1.0, (double) observed / length));
    }

    private static Set<String> texts(Response list) {
        Set<String> texts = new HashSet<>();
        list.forEach(text -> texts.add(text.toString()));
        return texts;
    }
}
