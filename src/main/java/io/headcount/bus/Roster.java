package io.headcount.bus;

import java.util.Set;

/** The live nodes as this node sees them now. Soft: two nodes may disagree for a moment, and nothing depends on it. */
public interface Roster {
    /** This node's id. */
    String self();

    /** Ids of the live nodes, this one included. */
    Set<String> nodes();

    /** The keeper that owns a stream, chosen by rendezvous hashing; {@code null} when there is no live keeper. */
    String owner(String stream);

    /** Whether this node owns a stream. */
    default boolean owns(String stream) {
        return self().equals(owner(stream));
    }
}
