package io.headcount.gateway;

import io.headcount.model.Ids;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.util.List;

/** Says who a viewer is. */
@FunctionalInterface
public interface ViewerAuth {
    /**
     * The viewer behind a handshake.
     *
     * @param headers of the request
     * @param query its parameters, decoded
     * @return fails with a {@link Refusal} (400 or 401) when it cannot tell
     */
    Future<Identity> identify(MultiMap headers, MultiMap query);

    /** A viewer: {@code user} is an id by {@link Ids#RULE}. */
    record Identity(String user) {
        public Identity {
            Ids.require("user", user);
        }
    }

    /** {@code auth.mode: open}: whoever the query says. For development. */
    static ViewerAuth open() {
        return (headers, query) -> {
            List<String> users = query.getAll("user");
            if (users.size() != 1 || !Ids.valid(users.get(0))) {
                return Future.failedFuture(Refusal.badRequest("the parameter user must be " + Ids.RULE + ", once"));
            }
            return Future.succeededFuture(new Identity(users.get(0)));
        };
    }
}
