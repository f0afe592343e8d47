package io.headcount.store.redis;

import io.vertx.redis.client.Response;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Reads replies that the two protocol versions give differently. */
final class Replies {
    private Replies() {}

    /** A hash as RESP2 (a flat list) or RESP3 (a map) gives it. */
    static Map<String, String> pairs(Response hash) {
        Map<String, String> pairs = new HashMap<>();
        Set<String> names = hash.getKeys();
        if (names.isEmpty()) {
            for (int i = 0; i + 1 < hash.size(); i += 2) {
                pairs.put(hash.get(i).toString(), hash.get(i + 1).toString());
            }
        } else {
            names.forEach(name -> pairs.put(name, hash.get(name).toString()));
        }
        return pairs;
    }
}
