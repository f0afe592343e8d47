package io.headcount.store.redis;

import io.headcount.config.RedisConfig;
import io.headcount.store.redis.RedisMetrics.Outcome;
import io.headcount.store.redis.SlotTable.Shard;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Brings calls to their nodes and sees to it that each ends by its deadline, whatever becomes of the node.
 *
 * <p>All calls have the same patience, so deadlines are a queue in the order of arrival, looked at every tick; no call
 * has a timer. A call that cannot be sent now is parked, and looked at again every tick. A call whose connection broke
 * may have been applied; since all operations are idempotent it is sent once more. A read that a replica leaves waiting
 * goes to the master as well, and whichever answers first counts. Used on the router's context only.
 */
final class Dispatcher {
    private static final int MOST_REDIRECTIONS = 5;
    private static final int MOST_BREAKS = 1;
    private static final int MOST_LOADS = 3;
    private static final long PAUSE_NANOS = 40_000_000;
    // A read is given up by a replica after this part of its deadline.
    private static final int HEDGE_PART = 4;

    private final RedisConfig config;
    private final Topology topology;
    private final RouterClock clock;
    private final RedisMetrics metrics;
    private final long patienceNanos;
    private final Deque<Call> byDeadline = new ArrayDeque<>();
    private final Deque<Attempt> onReplicas = new ArrayDeque<>();
    private final Deque<Call> parked = new ArrayDeque<>();
    private boolean closed;

    Dispatcher(RedisConfig config, Topology topology, RouterClock clock, RedisMetrics metrics) {
        this.config = config;
        this.topology = topology;
        this.clock = clock;
        this.metrics = metrics;
        // Given up at the last look before the deadline: nobody waits longer than is configured.
        this.patienceNanos = (config.callTimeoutMillis() - RedisRouter.TICK_MILLIS) * 1_000_000L;
    }

    void start(Call call) {
        call.startedAt = clock.now();
        if (closed) {
            fail(call, Outcome.UNAVAILABLE, new RedisUnavailableException(call + ": the Redis router is closed"));
            return;
        }
        byDeadline.add(call);
        route(call);
    }

    /** Ends what is late, looks again at what is parked. */
    void tick(long now) {
        while (!byDeadline.isEmpty()
                && (byDeadline.peek().done || now - byDeadline.peek().startedAt >= patienceNanos)) {
            expire(byDeadline.poll());
        }
        while (!onReplicas.isEmpty()
                && (onReplicas.peek().call.done || now - onReplicas.peek().sentAt >= patienceNanos / HEDGE_PART)) {
            hedge(onReplicas.poll());
        }
        for (int i = parked.size(); i > 0; i--) {
            Call call = parked.poll();
            if (!call.done && now < call.notBefore) {
                parked.add(call);
                continue;
            }
            unpark(call);
            if (!call.done) {
                route(call);
            }
        }
    }

    void close() {
        closed = true;
        List<Call> open = List.copyOf(byDeadline);
        byDeadline.clear();
        for (Call call : open) {
            if (!call.done) {
                fail(call, Outcome.UNAVAILABLE, new RedisUnavailableException(call + ": the Redis router was closed"));
            }
        }
        parked.clear();
        onReplicas.clear();
    }

    void answered(Attempt attempt, Response response) {
        Call call = attempt.call;
        if (!call.read) {
            attempt.link.node().health().served(System.nanoTime());
        }
        if (!call.done) {
            finish(call, Outcome.OK);
            call.promise.tryComplete(response);
        }
    }

    void failed(Attempt attempt, Throwable failure) {
        RedisNode node = attempt.link.node();
        Call call = attempt.call;
        ReplyError error = ReplyError.of(failure, node.address());
        if (error.kind() == ReplyError.Kind.BROKEN) {
            node.lose(attempt.link, String.valueOf(failure.getMessage()));
        }
        if (call.done || !attempt.isCurrent()) {
            return;
        }
        call.trouble = node + ": " + failure.getMessage();
        switch (error.kind()) {
            case MOVED, ASK -> redirect(call, error);
            case NO_SCRIPT -> unknownScript(attempt, failure);
            case PASSING -> passing(call, node);
            case BROKEN -> broken(call, node);
            case FINAL -> refused(call, node, failure);
        }
    }

    private void route(Call call) {
        RedisNode target = call.target;
        if (target != null && (target.link() != null || target.opening())) {
            if (target.link() == null) {
                park(call, target, target.trouble());
                return;
            }
            call.target = null;
            send(call, target, call.asking);
            return;
        }
        call.target = null;
        Shard shard = topology.table().shard(call.slot);
        if (shard == null) {
            topology.refreshSoon();
            park(call, null, "no node serves its slot");
            return;
        }
        RedisNode replica = call.read && !call.mastersOnly ? topology.replica(shard, config.maxInFlight()) : null;
        send(call, replica != null ? replica : topology.node(shard.master()), false);
    }

    private void send(Call call, RedisNode node, boolean asking) {
        NodeLink link = node.link();
        if (link == null) {
            park(call, node, node.trouble());
            return;
        }
        if (link.waiting() >= config.maxInFlight()) {
            refuse(call, node);
            return;
        }
        if (call.script != null) {
            link.provide(call.script, -1);
        }
        if (asking) {
            link.asking();
        }
        call.asking = asking;
        Attempt attempt = new Attempt(this, call, link, clock.now());
        call.current = attempt;
        if (node.health().role() == NodeHealth.Role.REPLICA && call.read) {
            metrics.readFromReplica();
            onReplicas.add(attempt);
        }
        attempt.go();
    }

    private void redirect(Call call, ReplyError error) {
        if (error.kind() == ReplyError.Kind.MOVED) {
            metrics.moved();
            topology.refreshSoon();
        } else {
            metrics.asked();
        }
        if (++call.redirections > MOST_REDIRECTIONS) {
            fail(
                    call,
                    Outcome.UNAVAILABLE,
                    new RedisUnavailableException(call + ": redirected " + MOST_REDIRECTIONS
                            + " times, the cluster does not agree on its slots; last " + call.trouble));
            return;
        }
        call.asking = error.kind() == ReplyError.Kind.ASK;
        call.target = topology.node(error.address());
        route(call);
    }

    private void unknownScript(Attempt attempt, Throwable failure) {
        Call call = attempt.call;
        RedisNode node = attempt.link.node();
        // More than once is a SCRIPT FLUSH at the wrong moment; for ever is a user that may not load scripts.
        if (call.script == null || ++call.loads > MOST_LOADS) {
            refused(call, node, failure);
            return;
        }
        attempt.link.provide(call.script, attempt.number());
        send(call, node, call.asking);
    }

    private void refused(Call call, RedisNode node, Throwable failure) {
        String message = call + " on " + node + ": " + failure.getMessage();
        fail(call, Outcome.ERROR, new RedisReplyException(message, failure));
    }

    /** Loading, electing, moving: once more in a moment, a read at the master. */
    private void passing(Call call, RedisNode node) {
        call.redirections = 0;
        if (node.health().role() == NodeHealth.Role.REPLICA) {
            node.health().suspect();
            call.mastersOnly = true;
            retry(call);
            return;
        }
        if (!call.trouble.contains("TRYAGAIN")) {
            node.health().interrupted();
            topology.refreshSoon();
        }
        metrics.retried();
        park(call, node, call.trouble);
    }

    private void broken(Call call, RedisNode node) {
        topology.refreshSoon();
        if (node.health().role() == NodeHealth.Role.REPLICA) {
            call.mastersOnly = true;
        } else if (++call.breaks > MOST_BREAKS) {
            fail(
                    call,
                    Outcome.UNAVAILABLE,
                    new RedisUnavailableException(call + ": the connection broke twice, last " + call.trouble));
            return;
        }
        retry(call);
    }

    private void retry(Call call) {
        metrics.retried();
        route(call);
    }

    private void park(Call call, RedisNode node, String why) {
        call.trouble = node == null ? why : node + ": " + why;
        if (node != null) {
            if (!node.park()) {
                refuse(call, node);
                return;
            }
        } else if (parked.size() >= config.maxInFlight()) {
            refuse(call, null);
            return;
        }
        call.parkedAt = node;
        call.notBefore = clock.now() + PAUSE_NANOS;
        parked.add(call);
    }

    private static void unpark(Call call) {
        if (call.parkedAt != null) {
            call.parkedAt.unpark();
            call.parkedAt = null;
        }
    }

    private void hedge(Attempt attempt) {
        Call call = attempt.call;
        if (!call.done && attempt.isCurrent()) {
            attempt.link.node().health().suspect();
            metrics.hedged();
            call.mastersOnly = true;
            call.trouble = attempt.link.node() + ": slow";
            route(call);
        }
    }

    private void expire(Call call) {
        if (call.done) {
            return;
        }
        String last = call.trouble;
        if (call.current != null && call.parkedAt == null) {
            RedisNode node = call.current.link.node();
            node.health().interrupted();
            last = node + " has not answered" + (last.isEmpty() ? "" : ", before that " + last);
        }
        fail(
                call,
                Outcome.TIMEOUT,
                new RedisUnavailableException(
                        call + ": not done within " + config.callTimeoutMillis() + " ms; " + last));
    }

    private void refuse(Call call, RedisNode node) {
        fail(
                call,
                Outcome.BUSY,
                new RedisBusyException(call + ": " + config.maxInFlight() + " calls wait for "
                        + (node == null ? "slots that no node serves" : node) + " already (redis.maxInFlight)"
                        + (call.trouble.isEmpty() ? "" : "; " + call.trouble)));
    }

    private void fail(Call call, Outcome outcome, RuntimeException failure) {
        finish(call, outcome);
        call.promise.tryFail(failure);
    }

    private void finish(Call call, Outcome outcome) {
        call.done = true;
        metrics.record(call.operation, outcome, clock.now() - call.startedAt);
        while (!byDeadline.isEmpty() && byDeadline.peek().done) {
            byDeadline.poll();
        }
        while (!onReplicas.isEmpty() && onReplicas.peek().call.done) {
            onReplicas.poll();
        }
    }
}
