package io.headcount.config;

/** What a node does. */
public enum Role {
    /** Holds viewers' sockets and counts them. */
    GATEWAY,
    /** Owns streams: publishes their counts, writes the books, reconciles. */
    KEEPER,
    /** Answers the REST API. */
    API,
    /** Serves the operators' console. */
    ADMIN
}
