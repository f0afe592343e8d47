package io.headcount.chaos;

import java.util.Arrays;
import java.util.List;

/**
 * What all crowds have in common.
 *
 * @param crowds how many there are
 * @param seed of what is random
 * @param nodes the nodes' public ports on 127.0.0.1
 * @param streams ids; the k-th gets a share of the viewers in proportion to 1 / k
 */
record CrowdPlan(int crowds, long seed, List<Integer> nodes, List<String> streams) {
    String format() {
        return crowds + ";" + seed + ";"
                + String.join(",", nodes.stream().map(String::valueOf).toList()) + ";" + String.join(",", streams);
    }

    static CrowdPlan parse(String text) {
        String[] parts = text.split(";", -1);
        return new CrowdPlan(
                Integer.parseInt(parts[0]),
                Long.parseLong(parts[1]),
                Arrays.stream(parts[2].split(",", -1)).map(Integer::valueOf).toList(),
                List.of(parts[3].split(",", -1)));
    }
}
