package io.headcount.store;

import java.util.List;
import java.util.Map;

/** What the servers of a deployment's Redis say of themselves. Asked by {@code doctor}. */
public interface RedisSurvey {
    /**
     * Asks every server that is configured, and those that they know of; changes nothing. Blocking, a few
     * seconds a server at most.
     *
     * @param node whose lease to look for
     */
    List<Server> look(String node);

    /**
     * One server.
     *
     * @param configured whether it is named in the configuration, rather than known by another server
     * @param trouble why it could not be asked, {@code null} where it could; then all else is empty
     * @param info the fields of {@code INFO}
     * @param settings by name, as {@code CONFIG GET} tells them; empty where that is not allowed
     * @param cluster the fields of {@code CLUSTER INFO}; empty where it is no cluster
     * @param aheadMillis by which this machine's clock is ahead of the server's
     * @param lease of the node as {@code epoch:state}, where this server holds one, else {@code null}
     */
    record Server(
            String address,
            boolean configured,
            String trouble,
            Map<String, String> info,
            Map<String, String> settings,
            Map<String, String> cluster,
            long aheadMillis,
            String lease) {
        public Server {
            info = Map.copyOf(info);
            settings = Map.copyOf(settings);
            cluster = Map.copyOf(cluster);
        }

        /** One that could not be asked. */
        public static Server silent(String address, boolean configured, String trouble) {
            return new Server(address, configured, trouble, Map.of(), Map.of(), Map.of(), 0, null);
        }
    }
}
