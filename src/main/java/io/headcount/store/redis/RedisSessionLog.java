package io.headcount.store.redis;

import io.headcount.store.SessionLog;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;

/** {@link SessionLog} in Redis Streams with one consumer group, whose consumers are the keepers. */
public final class RedisSessionLog implements SessionLog {
    private static final String GROUP = "books";
    private static final String ABANDONED_MILLIS = "30000";
    private static final Script ACKNOWLEDGE = Script.load("acknowledge");

    private final RedisRouter router;

    public RedisSessionLog(RedisRouter router) {
        this.router = router;
    }

    @Override
    public Future<List<Entry>> take(int part, String reader, int most) {
        return takeNew(part, reader, most)
                .recover(failure -> noGroup(failure)
                        ? createGroup(part).compose(created -> takeNew(part, reader, most))
                        : Future.failedFuture(failure))
                .compose(entries ->
                        entries.isEmpty() ? takeAbandoned(part, reader, most) : Future.succeededFuture(entries));
    }

    @Override
    public Future<Void> acknowledge(int part, List<Entry> entries) {
        if (entries.isEmpty()) {
            return Future.succeededFuture();
        }
        List<String> args = new ArrayList<>(entries.size() + 1);
        args.add(GROUP);
        entries.forEach(entry -> args.add(entry.id()));
        return router.script(ACKNOWLEDGE, List.of(Keys.log(part)), args).mapEmpty();
    }

    @Override
    public Future<Long> size() {
        List<Future<?>> calls = new ArrayList<>(PARTS);
        for (int part = 0; part < PARTS; part++) {
            String key = Keys.log(part);
            calls.add(router.read(key, Request.cmd(Command.XLEN).arg(key)));
        }
        return Future.all(calls)
                .map(all -> all.<Response>list().stream()
                        .mapToLong(Response::toLong)
                        .sum());
    }

    private Future<List<Entry>> takeNew(int part, String reader, int most) {
        String key = Keys.log(part);
        Request request = Request.cmd(Command.XREADGROUP)
                .arg("GROUP")
                .arg(GROUP)
                .arg(reader)
                .arg("COUNT")
                .arg(Integer.toString(most))
                .arg("STREAMS")
                .arg(key)
                .arg(">");
        return router.write(key, request).map(reply -> {
            if (reply == null || reply.size() == 0) {
                return List.of();
            }
            // RESP2: [[key, entries]]; RESP3: {key: entries}
            Response entries = reply.getKeys().isEmpty() ? reply.get(0).get(1) : reply.get(key);
            return entries(entries);
        });
    }

    private Future<List<Entry>> takeAbandoned(int part, String reader, int most) {
        String key = Keys.log(part);
        Request request = Request.cmd(Command.XAUTOCLAIM)
                .arg(key)
                .arg(GROUP)
                .arg(reader)
                .arg(ABANDONED_MILLIS)
                .arg("0")
                .arg("COUNT")
                .arg(Integer.toString(most));
        return router.write(key, request).map(reply -> entries(reply.get(1)));
    }

    private Future<Void> createGroup(int part) {
        String key = Keys.log(part);
        Request request = Request.cmd(Command.XGROUP)
                .arg("CREATE")
                .arg(key)
                .arg(GROUP)
                .arg("0")
                .arg("MKSTREAM");
        return router.write(key, request)
                .<Void>mapEmpty()
                .recover(failure ->
                        says(failure, "BUSYGROUP") ? Future.succeededFuture() : Future.failedFuture(failure));
    }

    private static List<Entry> entries(Response list) {
        List<Entry> entries = new ArrayList<>();
        for (Response entry : list) {
            if (entry == null || entry.size() < 2 || entry.get(1) == null) {
                continue;
            }
            Response fields = entry.get(1);
            String raw = fields.size() >= 2 ? fields.get(1).toString() : "";
            entries.add(new Entry(entry.get(0).toString(), SessionRecords.unpack(raw), raw));
        }
        return entries;
    }

    private static boolean noGroup(Throwable failure) {
        return says(failure, "NOGROUP");
    }

    private static boolean says(Throwable failure, String code) {
        return failure.getMessage() != null && failure.getMessage().contains(code);
    }
}
