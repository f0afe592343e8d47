package io.headcount.store.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every node once a second how it is. A master has to take a real write, of a key that lives 10 s: only that shows
 * that it is a master which the cluster lets write, and it gives the replicas something to hear, so that
 * {@code master_last_io_seconds_ago} is their lag and not the shard's idleness (Redis itself pings only every 10 s). A
 * replica is asked a moment later. Used on the router's context only.
 */
final class Prober {
    private static final Logger LOG = LoggerFactory.getLogger(Prober.class);
    private static final long ROUND_NANOS = 1_000_000_000;
    private static final long REPLICAS_LATER_NANOS = 100_000_000;
    private static final Request INFO = Request.cmd(Command.INFO).arg("replication");

    private final Topology topology;
    private long roundAt;
    private long replicasAt = Long.MAX_VALUE;

    Prober(Topology topology, long now) {
        this.topology = topology;
        this.roundAt = now;
    }

    void tick(long now) {
        if (now >= roundAt) {
            roundAt = now + ROUND_NANOS;
            replicasAt = now + REPLICAS_LATER_NANOS;
            topology.nodes().forEach(this::probeMaster);
        }
        if (now >= replicasAt) {
            replicasAt = Long.MAX_VALUE;
            topology.nodes().forEach(this::probeReplica);
        }
    }

    /** A node whose state is unknown need not wait for the next round. */
    void probeNow(RedisNode node) {
        probeMaster(node);
        probeReplica(node);
    }

    private void probeMaster(RedisNode node) {
        String key = topology.probeKeys().get(node.address());
        if (node.link() == null || node.health().role() != NodeHealth.Role.MASTER || key == null) {
            return;
        }
        Request write = Request.cmd(Command.SET).arg(key).arg("1").arg("PX").arg("10000");
        node.link().probe(write, (done, failure) -> {
            if (failure == null || answersAsk(failure, node)) {
                node.health().served(System.nanoTime());
            } else {
                LOG.atDebug()
                        .addKeyValue("redis", node.address())
                        .addKeyValue("key", key)
                        .setCause(failure)
                        .log("a master did not take a probe");
                node.health().interrupted();
                topology.refreshSoon();
            }
        });
    }

    /** The key's slot is on its way to another master: only a master whose cluster is well says so. */
    private static boolean answersAsk(Throwable failure, RedisNode node) {
        return ReplyError.of(failure, node.address()).kind() == ReplyError.Kind.ASK;
    }

    private void probeReplica(RedisNode node) {
        if (node.link() == null || node.health().role() != NodeHealth.Role.REPLICA) {
            return;
        }
        node.link().probe(INFO, (info, failure) -> {
            if (failure == null) {
                node.health().heard(info.toString(), System.nanoTime());
            } else {
                node.health().suspect();
            }
        });
    }
}
