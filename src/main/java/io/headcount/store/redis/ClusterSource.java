package io.headcount.store.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The nodes of a Redis Cluster themselves. {@code CLUSTER SLOTS} is read from several at once, and the view that most of
 * them share wins: a master that was replaced and comes back, or one that is cut off with the minority, believes for a
 * moment in a cluster that no longer is.
 */
final class ClusterSource implements TableSource {
    private static final Request CLUSTER_SLOTS = Request.cmd(Command.CLUSTER).arg("SLOTS");
    private static final int MOST_ASKED = 5;
    private static final long MILLI = 1_000_000;
    private static final long REFRESH_NANOS = 3_000 * MILLI;
    private static final long REFRESH_IN_TROUBLE_NANOS = 250 * MILLI;
    private static final long LEAST_BETWEEN_NANOS = 100 * MILLI;
    private static final long ANSWERS_WITHIN_NANOS = 400 * MILLI;

    private final List<String> seeds;
    private final Topology topology;
    private SlotVote vote;
    private long voteEndsAt;
    private long refreshedAt;
    private long refreshAt;
    private int turn;

    ClusterSource(List<String> seeds, Topology topology, long now) {
        this.seeds = seeds;
        this.topology = topology;
        this.refreshAt = now;
    }

    @Override
    public void start() {
        seeds.forEach(topology::node);
    }

    @Override
    public void refreshSoon() {
        refreshAt = Math.min(refreshAt, refreshedAt + LEAST_BETWEEN_NANOS);
    }

    @Override
    public void tick(long now) {
        if (vote != null && now >= voteEndsAt) {
            decide();
        }
        if (vote == null && now >= refreshAt) {
            refresh(now);
        }
    }

    @Override
    public String trouble() {
        return "redis.endpoints = " + String.join(", ", seeds);
    }

    @Override
    public void close() {
        vote = null;
    }

    private void refresh(long now) {
        refreshedAt = now;
        refreshAt = now + (topology.reachable() ? REFRESH_NANOS : REFRESH_IN_TROUBLE_NANOS);
        List<NodeLink> asked = someLinks();
        if (asked.isEmpty()) {
            seeds.forEach(topology::node);
            return;
        }
        SlotVote mine = new SlotVote(asked.size());
        vote = mine;
        voteEndsAt = now + ANSWERS_WITHIN_NANOS;
        for (NodeLink link : asked) {
            link.ask(CLUSTER_SLOTS, (reply, failure) -> {
                mine.add(
                        failure != null
                                ? null
                                : SlotTable.parse(
                                        reply, ReplyError.host(link.node().address())));
                if (mine.decided() && mine.isStill(vote)) {
                    decide();
                }
            });
        }
    }

    private List<NodeLink> someLinks() {
        List<NodeLink> links = new ArrayList<>();
        for (RedisNode node : topology.nodes()) {
            if (node.link() != null) {
                links.add(node.link());
            }
        }
        Collections.rotate(links, turn++);
        return links.subList(0, Math.min(MOST_ASKED, links.size()));
    }

    private void decide() {
        SlotTable winner = vote.winner(topology.table());
        vote = null;
        if (winner != null) {
            topology.adopt(winner);
        }
    }
}
