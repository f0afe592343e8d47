package io.headcount.model;

/**
 * One life of a node, written {@code N#e}: a node that was declared dead comes back with a higher epoch, so what its
 * earlier life asserted can be removed without touching what it asserts now.
 *
 * @param node the node's id
 * @param epoch the life's number, from 1
 */
public record Incarnation(String node, long epoch) {
    public Incarnation {
        Ids.require("node", node);
        if (epoch < 1) {
            throw new IllegalArgumentException("epoch must be at least 1, was " + epoch);
        }
    }

    /**
     * Reads {@code N#e}.
     *
     * @throws IllegalArgumentException when the text is not of that form
     */
    public static Incarnation parse(String text) {
        int hash = text.lastIndexOf('#');
        if (hash < 1) {
            throw new IllegalArgumentException("not an incarnation (N#e): " + text);
        }
        return new Incarnation(text.substring(0, hash), Long.parseLong(text.substring(hash + 1)));
    }

    @Override
    public String toString() {
        return node + "#" + epoch;
    }
}
