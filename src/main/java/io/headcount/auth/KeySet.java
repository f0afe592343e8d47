package io.headcount.auth;

import java.util.List;
import java.util.Set;

/** The keys in force. Immutable. */
final class KeySet {
    static final KeySet EMPTY = new KeySet(Set.of());

    /** So many keys are tried for a token that does not say which: each costs a verification. */
    private static final int MOST_TRIES = 4;

    private final Set<VerificationKey> keys;

    KeySet(Set<VerificationKey> keys) {
        this.keys = Set.copyOf(keys);
    }

    /**
     * The keys that may have signed a token, at most four: those of the algorithm it names, with the id it names; where
     * no key has that id, or it names none, those without an id (PEM files, the secret), or any.
     */
    List<VerificationKey> candidates(Algorithm algorithm, String id) {
        List<VerificationKey> named =
                keys.stream().filter(key -> id != null && id.equals(key.id())).toList();
        return (named.isEmpty() ? keys : named)
                .stream()
                        .filter(key -> key.algorithm() == algorithm)
                        .filter(key -> id == null || id.equals(key.id()) || key.id() == null)
                        .limit(MOST_TRIES)
                        .toList();
    }

    /** Whether a key has that id. */
    boolean knows(String id) {
        return id != null && keys.stream().anyMatch(key -> id.equals(key.id()));
    }

    /** Whether every key of this set is in the other one too. */
    boolean isWithin(KeySet other) {
        return other.keys.containsAll(keys);
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    int size() {
        return keys.size();
    }
}
