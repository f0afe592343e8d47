package io.headcount.gateway;

import io.headcount.model.Ids;
import io.vertx.core.MultiMap;
import java.util.List;

/**
 * What a handshake asks for.
 *
 * @param streams one to watch, or some to observe, no two of them equal
 * @param observer whether it is told counts without being counted
 */
record Wish(List<String> streams, boolean observer) {
    /** The wish of a request for a {@linkplain HandshakeRules#isSocket socket}; {@code null} when its streams will not do. */
    static Wish of(String path, MultiMap query) {
        if (!HandshakeRules.COUNTS.equals(path)) {
            return new Wish(List.of(HandshakeRules.stream(path)), false);
        }
        List<String> streams = query.getAll("stream").stream().distinct().toList();
        boolean fits = !streams.isEmpty() && streams.size() <= HandshakeRules.MOST_OBSERVED;
        return fits && streams.stream().allMatch(Ids::valid) ? new Wish(streams, true) : null;
    }
}
