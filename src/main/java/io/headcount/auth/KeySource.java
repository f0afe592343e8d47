package io.headcount.auth;

import io.vertx.core.Future;
import java.util.Set;

/** Where keys come from. */
interface KeySource {
    /** The key of the configuration that names it, for messages. */
    String name();

    /** Loads the keys there are now; fails with a message that says what is wrong there. */
    Future<Set<VerificationKey>> load();

    /** Whether a node may start without it: it may come back. */
    boolean mayComeLater();

    /** Ends what it keeps open. */
    default void close() {}
}
