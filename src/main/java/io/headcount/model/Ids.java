package io.headcount.model;

/**
 * The one rule for ids of streams, users, sessions and nodes: {@code [A-Za-z0-9_-]{1,64}}.
 *
 * <p>Ids become parts of Redis keys with a hash tag: a brace or a colon in an id would let a caller steer the key to
 * another shard or make two ids share a key, so such an id never gets past the edge.
 */
public final class Ids {
    /** The longest id, in characters. */
    public static final int MAX_LENGTH = 64;

    /** What a valid id looks like, for error messages. */
    public static final String RULE = "1 to 64 characters of A-Z, a-z, 0-9, _ and -";

    private Ids() {}

    /** Whether {@code id} is a valid id; {@code null} is not. */
    public static boolean valid(String id) {
        if (id == null || id.isEmpty() || id.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            if (!allowed(id.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns {@code id} when it is valid.
     *
     * @throws IllegalArgumentException naming {@code what} and the rule otherwise
     */
    public static String require(String what, String id) {
        if (!valid(id)) {
            throw new IllegalArgumentException(what + " must be " + RULE);
        }
        return id;
    }

    private static boolean allowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }
}
