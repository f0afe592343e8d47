package io.headcount.store;

import io.vertx.core.Future;
import java.util.Map;

/** Whether this node should be sent viewers. */
public interface Readiness {
    /** Looks now; never fails. */
    Future<Report> check();

    /**
     * What a look found.
     *
     * @param ready whether all is well
     * @param checks by name: {@code ok}, or in plain words what is missing
     */
    record Report(boolean ready, Map<String, String> checks) {}
}
