package io.headcount.store.redis;

import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What one sentinel says.
 *
 * @param epoch of the master's configuration: a promotion has a higher one than all before it
 * @param master {@code host:port}
 * @param replicas those that the sentinel reaches, sorted
 */
record SentinelView(long epoch, String master, List<String> replicas) {
    SentinelView {
        replicas =
                replicas.stream().filter(each -> !each.equals(master)).sorted().toList();
    }

    /**
     * Reads a sentinel's answers. The epoch must have been asked for before the address: between the two a promotion may
     * happen, and an old address with a new epoch would be believed.
     *
     * @param described {@code SENTINEL MASTER}
     * @param address {@code SENTINEL GET-MASTER-ADDR-BY-NAME}
     * @param listed {@code SENTINEL REPLICAS}
     */
    static SentinelView parse(Response described, Response address, Response listed) {
        List<String> replicas = new ArrayList<>();
        for (Response each : listed) {
            Map<String, String> replica = Replies.pairs(each);
            String flags = replica.getOrDefault("flags", "");
            if (!flags.contains("down") && !flags.contains("disconnected")) {
                replicas.add(replica.get("ip") + ":" + replica.get("port"));
            }
        }
        return new SentinelView(
                Long.parseLong(Replies.pairs(described).getOrDefault("config-epoch", "0")),
                address.get(0) + ":" + address.get(1),
                replicas);
    }
}
