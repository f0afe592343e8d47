package io.headcount.load;

import java.util.List;

/**
 * What one crowd (one process) does. Rates are a second.
 *
 * @param index which crowd this is, from 0
 * @param crowds how many there are
 * @param viewers users to hold
 * @param joinsPerSecond users joining during the ramp
 * @param churnPerSecond users joining and leaving in the steady state, half of each
 * @param tabs mean tabs a user
 * @param streams how many streams, named prefix1 to prefixN
 * @param streamPrefix how their ids begin
 * @param zipf exponent of the streams' audiences
 * @param seed of everything that is random
 * @param targets host:port, numeric
 * @param sourceAddresses how many addresses 127.1.index.x to connect from; 0 leaves it to the system
 * @param abortShare share of the leaves that are a reset connection, 0 to 1
 * @param reconnect whether lost sockets come back
 * @param keepSessions whether finished sessions' ids are kept and told at the end
 * @param secretFile with the secret that users' tokens are signed with, {@code null} where users just say who they are
 */
record CrowdPlan(
        int index,
        int crowds,
        int viewers,
        double joinsPerSecond,
        double churnPerSecond,
        double tabs,
        int streams,
        String streamPrefix,
        double zipf,
        long seed,
        List<String> targets,
        int sourceAddresses,
        double abortShare,
        boolean reconnect,
        boolean keepSessions,
        String secretFile) {
    /** The id of a stream. */
    String stream(int number) {
        return streamPrefix + (number + 1);
    }

    /** The id of a user. */
    String user(long number) {
        return "u" + seed + "-" + number;
    }
}
