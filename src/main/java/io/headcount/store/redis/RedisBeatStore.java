package io.headcount.store.redis;

import io.headcount.model.Count;
import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.Mode;
import io.headcount.model.SharedClock;
import io.headcount.store.BeatStore;
import io.headcount.store.CounterStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link BeatStore} in Redis. An ended session leaves the count and enters {@code live:ended} in one script; it leaves
 * that when the session log has it. Whoever dies in between, the next sweep logs it again, and the books take it once.
 */
public final class RedisBeatStore implements BeatStore {
    private static final Script BEAT = Script.load("http_beat");
    private static final Script END = Script.load("http_end");
    private static final Script DUE = Script.load("http_due");
    private static final int MOST = 500;

    private final RedisRouter router;
    private final SharedClock clock;
    private final String bucketMillis;
    private final String node;
    private final CounterStore log;

    /**
     * @param bucketMillis length of a history bucket
     * @param node in whose name sessions are logged
     * @param log where they are logged
     */
    public RedisBeatStore(RedisRouter router, SharedClock clock, long bucketMillis, String node, CounterStore log) {
        this.router = router;
        this.clock = clock;
        this.bucketMillis = Long.toString(bucketMillis);
        this.node = node;
        this.log = log;
    }

    @Override
    public Future<Beaten> beat(Beating beating) {
        String stream = beating.stream();
        List<String> keys = streamKeys(stream);
        keys.add(Keys.tabs(stream, beating.user()));
        keys.add(Keys.heartbeat(stream, beating.session()));
        keys.add(Keys.endedMark(stream, beating.session()));
        List<String> args = List.of(
                beating.session(),
                beating.user(),
                Long.toString(beating.issuedAtMillis()),
                bucketMillis,
                Integer.toString(beating.mostTabs()));
        Future<Beaten> beaten = router.script(BEAT, keys, args)
                .map(reply -> new Beaten(outcome(reply.get(0).toInteger()), count(stream, reply)));
        // No node announces a stream that has no sockets. An announcement that fails is repeated by the next beat.
        return Future.join(beaten, log.announce(List.of(stream))).transform(both -> beaten);
    }

    @Override
    public Future<Count> end(String stream, String session, String user) {
        return end(stream, Map.of(session, user), EndCause.CLOSED, false)
                .compose(reply -> logEnded(stream).map(logged -> count(stream, reply)));
    }

    @Override
    public Future<Swept> sweep(String stream) {
        return due(stream).compose(reply -> {
            Map<String, String> users = new HashMap<>();
            Response due = reply.get(0);
            for (int i = 0; i + 1 < due.size(); i += 2) {
                users.put(due.get(i).toString(), due.get(i + 1).toString().split(":", 2)[0]);
            }
            return end(stream, users, EndCause.SILENCE, true)
                    .compose(ended -> logEnded(stream)
                            .map(logged -> new Swept(ended.get(0).toLong(), logged, count(stream, ended))));
        });
    }

    private Future<Response> due(String stream) {
        return router.script(
                DUE,
                List.of(Keys.beats(stream), Keys.beatSessions(stream), Keys.ended(stream)),
                List.of(Integer.toString(MOST)));
    }

    private Future<Response> end(String stream, Map<String, String> users, EndCause cause, boolean dueOnly) {
        List<String> keys = streamKeys(stream);
        keys.add(Keys.ended(stream));
        List<String> args =
                new ArrayList<>(List.of(bucketMillis, cause.wire(), dueOnly ? "1" : "0", Long.toString(MARK_MILLIS)));
        users.forEach((session, user) -> {
            keys.add(Keys.tabs(stream, user));
            keys.add(Keys.heartbeat(stream, session));
            keys.add(Keys.endedMark(stream, session));
            args.add(session);
            args.add(user);
        });
        return router.script(END, keys, args);
    }

    /** Log first, then remove. */
    private Future<Integer> logEnded(String stream) {
        return due(stream).compose(reply -> {
            Response ended = reply.get(1);
            List<FinishedSession> records = new ArrayList<>();
            Request remove = Request.cmd(Command.HDEL).arg(Keys.ended(stream));
            for (int i = 0; i + 1 < ended.size(); i += 2) {
                String session = ended.get(i).toString();
                String[] fields = ended.get(i + 1).toString().split(":", -1);
                records.add(new FinishedSession(
                        stream,
                        fields[0],
                        session,
                        node,
                        Long.parseLong(fields[1]),
                        Long.parseLong(fields[2]),
                        EndCause.ofWire(fields[3])));
                remove.arg(session);
            }
            return records.isEmpty()
                    ? Future.succeededFuture(0)
                    : log.log(records)
                            .compose(logged -> router.write(Keys.ended(stream), remove))
                            .map(records.size());
        });
    }

    private static Outcome outcome(int code) {
        return switch (code) {
            case 0 -> Outcome.ALIVE;
            case 1 -> Outcome.ENDED;
            case 2 -> Outcome.TOO_MANY;
            default -> throw new IllegalStateException("http_beat.lua answers no " + code);
        };
    }

    private static List<String> streamKeys(String stream) {
        return new ArrayList<>(List.of(
                Keys.users(stream),
                Keys.nodes(stream),
                Keys.stat(stream),
                Keys.beats(stream),
                Keys.beatSessions(stream)));
    }

    private Count count(String stream, Response reply) {
        clock.observe(reply.get(5).toLong());
        return new Count(
                stream,
                reply.get(1).toLong(),
                reply.get(2).toLong(),
                reply.get(3).toLong(),
                reply.get(4).toLong(),
                reply.get(5).toLong(),
                reply.get(6).toLong(),
                Mode.EXACT);
    }
}
