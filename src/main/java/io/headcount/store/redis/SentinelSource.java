package io.headcount.store.redis;

import io.headcount.config.RedisConfig;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sentinels. All that answer are asked every second, four times as often while the master takes no writes: nothing
 * hangs on one sentinel, nor on a message that one of them would have to send in time (whoever listens to a single
 * sentinel never hears of a failover when that died first). Whether the master we hold is one still is seen every second
 * by the {@link Prober}: a replica refuses its write.
 */
final class SentinelSource implements TableSource {
    private static final Logger LOG = LoggerFactory.getLogger(SentinelSource.class);
    private static final long MILLI = 1_000_000;
    private static final long ROUND_NANOS = 1_000 * MILLI;
    private static final long ROUND_IN_TROUBLE_NANOS = 250 * MILLI;
    private static final long LEAST_BETWEEN_NANOS = 100 * MILLI;
    private static final long ANSWERS_WITHIN_NANOS = 400 * MILLI;
    /** So long the first table waits for most of the sentinels; then whoever answered will do. */
    private static final long MAJORITY_WITHIN_NANOS = 500 * MILLI;

    private final RedisConfig config;
    private final Topology topology;
    private final Function<String, RedisNode> factory;
    private final List<RedisNode> sentinels = new ArrayList<>();
    private final Request describe;
    private final Request address;
    private final Request replicas;
    private final long startedAt;
    private SentinelView held;
    private Round round;
    private long roundAt;
    private long startedRoundAt;
    private String refused = "";

    /** @param factory makes the connection to a sentinel */
    SentinelSource(RedisConfig config, Topology topology, long now, Function<String, RedisNode> factory) {
        this.config = config;
        this.topology = topology;
        this.factory = factory;
        this.startedAt = now;
        this.roundAt = now;
        this.describe = sentinel("MASTER");
        this.address = sentinel("GET-MASTER-ADDR-BY-NAME");
        this.replicas = sentinel("REPLICAS");
    }

    private Request sentinel(String question) {
        return Request.cmd(Command.SENTINEL).arg(question).arg(config.masterName());
    }

    @Override
    public void start() {
        config.sentinels().forEach(each -> sentinels.add(factory.apply(each)));
    }

    @Override
    public void refreshSoon() {
        roundAt = Math.min(roundAt, startedRoundAt + LEAST_BETWEEN_NANOS);
    }

    @Override
    public void tick(long now) {
        sentinels.forEach(each -> each.tick(now));
        if (round != null && now >= round.endsAt) {
            decide(now);
        }
        if (round == null && now >= roundAt) {
            ask(now);
        }
    }

    @Override
    public String trouble() {
        StringJoiner why = new StringJoiner("; ");
        sentinels.forEach(each -> why.add(each + ": " + (each.link() == null ? each.trouble() : "answers")));
        return "redis.sentinels, redis.masterName = " + config.masterName() + ": " + why
                + (refused.isEmpty() ? "" : "; last refusal: " + refused);
    }

    @Override
    public void close() {
        round = null;
        sentinels.forEach(RedisNode::close);
    }

    private void ask(long now) {
        startedRoundAt = now;
        roundAt = now + (topology.reachable() ? ROUND_NANOS : ROUND_IN_TROUBLE_NANOS);
        Round mine = new Round(config.sentinels().size(), now + ANSWERS_WITHIN_NANOS);
        round = mine;
        for (RedisNode each : sentinels) {
            if (each.link() != null) {
                mine.open++;
                ask(each, mine);
            }
        }
        if (mine.open == 0) {
            round = null;
        }
    }

    /** In order on one connection, the epoch first. */
    private void ask(RedisNode sentinel, Round mine) {
        Response[] answers = new Response[2];
        sentinel.link().ask(describe, (reply, failure) -> answers[0] = reply);
        sentinel.link().ask(address, (reply, failure) -> answers[1] = reply);
        sentinel.link().ask(replicas, (listed, failure) -> {
            if (failure != null) {
                refused = sentinel + ": " + failure.getMessage();
            } else if (answers[0] != null && answers[1] != null) {
                mine.vote.add(SentinelView.parse(answers[0], answers[1], listed));
            }
            if (--mine.open == 0 && mine.isStill(round)) {
                decide(startedRoundAt);
            }
        });
    }

    private void decide(long now) {
        SentinelVote vote = round.vote;
        round = null;
        if (held == null && !vote.isMajority() && now - startedAt < MAJORITY_WITHIN_NANOS) {
            refreshSoon();
            return;
        }
        SentinelView winner = vote.winner(held, topology.reachable());
        if (winner == null || winner.equals(held)) {
            return;
        }
        LOG.atInfo()
                .addKeyValue("master", winner.master())
                .addKeyValue("replicas", winner.replicas())
                .addKeyValue("epoch", winner.epoch())
                .log("the sentinels name these Redis servers");
        held = winner;
        topology.adopt(SlotTable.single(winner.master(), winner.replicas()));
    }

    /** One question to all. */
    private static final class Round {
        private final SentinelVote vote;
        private final long endsAt;
        private int open;

        Round(int configured, long endsAt) {
            this.vote = new SentinelVote(configured);
            this.endsAt = endsAt;
        }

        boolean isStill(Round current) {
            return equals(current);
        }
    }
}
