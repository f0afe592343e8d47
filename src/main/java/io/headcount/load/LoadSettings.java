package io.headcount.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A load, as asked for on the command line.
 *
 * @param plans what each crowd does
 * @param seconds of the steady state
 * @param patienceSeconds how long all may take to agree
 * @param leaveOpen whether the closing at the end is skipped
 * @param verifyBooks whether the books are looked into
 * @param expectLosses whether lost sockets and nodes that do not answer are told but are no error
 * @param runFile what {@code scripts/run} wrote; a missing node when there is none
 */
record LoadSettings(
        List<CrowdPlan> plans,
        int seconds,
        int patienceSeconds,
        boolean leaveOpen,
        boolean verifyBooks,
        boolean expectLosses,
        JsonNode runFile) {
    /** Any of the plans, for what they have in common. */
    CrowdPlan common() {
        return plans.get(0);
    }

    /** Users in all. */
    int viewers() {
        return plans.stream().mapToInt(CrowdPlan::viewers).sum();
    }

    /** Joining users a second in all. */
    double joinsPerSecond() {
        return plans.stream().mapToDouble(CrowdPlan::joinsPerSecond).sum();
    }

    /** The streams' ids. */
    List<String> streams() {
        return IntStream.range(0, common().streams())
                .mapToObj(i -> common().stream(i))
                .toList();
    }
}
