package io.headcount.load;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;

/**
 * What a crowd and its leader say to each other; between processes one JSON object a line on stdin and stdout. The first
 * line to a process is its {@link CrowdPlan}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = CrowdMessage.Churn.class, name = "churn"),
    @JsonSubTypes.Type(value = CrowdMessage.Settle.class, name = "settle"),
    @JsonSubTypes.Type(value = CrowdMessage.Tell.class, name = "tell"),
    @JsonSubTypes.Type(value = CrowdMessage.Leave.class, name = "leave"),
    @JsonSubTypes.Type(value = CrowdMessage.Progress.class, name = "progress"),
    @JsonSubTypes.Type(value = CrowdMessage.Reached.class, name = "reached"),
    @JsonSubTypes.Type(value = CrowdMessage.Truth.class, name = "truth"),
    @JsonSubTypes.Type(value = CrowdMessage.Sessions.class, name = "sessions"),
    @JsonSubTypes.Type(value = CrowdMessage.Failed.class, name = "failed")
})
sealed interface CrowdMessage {
    /** To the crowd: join and leave from now on. */
    record Churn() implements CrowdMessage {}

    /** To the crowd: no more joins and leaves; say when none is in flight. */
    record Settle() implements CrowdMessage {}

    /** To the crowd: say what is true now. */
    record Tell() implements CrowdMessage {}

    /** To the crowd: close all sockets, so many a second. */
    record Leave(double perSecond) implements CrowdMessage {}

    /**
     * How it goes, once a second. Totals since the start, but for the latencies.
     *
     * @param open welcomed sockets
     * @param opening sockets before their welcome
     * @param closing sockets after their close frame
     * @param joins welcomes
     * @param leaves sockets closed by this side
     * @param reconnects lost sockets that came back or will
     * @param counts counts received
     * @param finished welcomed sockets that are closed
     * @param errors by kind
     * @param latencies join to welcome in microseconds since the last progress, HdrHistogram's compressed form in
     *     base64
     */
    record Progress(
            int open,
            int opening,
            int closing,
            long joins,
            long leaves,
            long reconnects,
            long counts,
            long finished,
            Map<String, Long> errors,
            String latencies)
            implements CrowdMessage {}

    /** From the crowd: the end of a phase is reached. */
    record Reached(Phase phase) implements CrowdMessage {}

    /** What a crowd does, in this order. */
    enum Phase {
        RAMP,
        CHURN,
        SETTLE,
        LEAVE
    }

    /**
     * What is true.
     *
     * @param streams by stream
     * @param finished welcomed sockets that are closed
     */
    record Truth(List<StreamTruth> streams, long finished) implements CrowdMessage {}

    /** Ids of finished sessions, after the end. */
    record Sessions(List<String> ids) implements CrowdMessage {}

    /** The crowd itself failed. */
    record Failed(String why) implements CrowdMessage {}
}
