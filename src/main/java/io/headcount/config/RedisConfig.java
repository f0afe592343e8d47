package io.headcount.config;

import java.nio.file.Path;
import java.util.List;

/**
 * The live state.
 *
 * @param endpoints {@code host:port}; of a cluster all nodes, of standalone the one; unused with Sentinel
 * @param addressMap {@code announced=reached}, both {@code host:port}: where a server that the cluster or a sentinel
 *     names is to be reached from here instead (behind NAT, a tunnel or a proxy)
 * @param sentinels {@code host:port} of all that watch the master; needed where {@code redis.mode} is that
 * @param masterName what the sentinels call the master
 * @param sentinelLogin how the sentinels know us; often nobody has to say
 * @param login how Redis knows us
 * @param callTimeoutMillis for any one call
 * @param maxInFlight calls waiting for an answer, a connection
 */
public record RedisConfig(
        Mode mode,
        List<String> endpoints,
        List<String> addressMap,
        List<String> sentinels,
        String masterName,
        Login sentinelLogin,
        Login login,
        Tls tls,
        int callTimeoutMillis,
        int connectTimeoutMillis,
        int maxInFlight) {
    static RedisConfig read(Settings s) {
        RedisConfig redis = new RedisConfig(
                s.choice("redis.mode", Mode.CLUSTER, Mode.class),
                s.list("redis.endpoints", List.of("127.0.0.1:6379"), Settings.HOST_PORT, "a list of host:port"),
                s.list(
                        "redis.addressMap",
                        List.of(),
                        Settings.HOST_PORT + "=" + Settings.HOST_PORT,
                        "a list of host:port=host:port"),
                s.list("redis.sentinels", List.of(), Settings.HOST_PORT, "a list of host:port"),
                s.text("redis.masterName", "mymaster", "[A-Za-z0-9._-]{1,128}", "a name of A-Z, a-z, 0-9, ., _ and -"),
                new Login(s.text("redis.sentinelUser", ""), s.text("redis.sentinelPassword", "")),
                new Login(s.text("redis.user", ""), s.text("redis.password", "")),
                Tls.read(s),
                s.integer("redis.callTimeoutMillis", 1_000, 100, 60_000),
                s.integer("redis.connectTimeoutMillis", 1_000, 50, 60_000),
                s.integer("redis.maxInFlight", 2_048, 1, 65_536));
        redis.check(s);
        return redis;
    }

    private void check(Settings s) {
        if (mode == Mode.SENTINEL && sentinels.isEmpty()) {
            s.problem("redis.sentinels", "[]", "a list of host:port, of all sentinels, where redis.mode is sentinel");
        }
        if (mode == Mode.STANDALONE && endpoints.size() != 1) {
            s.problem("redis.endpoints", String.join(", ", endpoints), "one host:port where redis.mode is standalone");
        }
        if (!login.user.isEmpty() && login.password.isEmpty()) {
            s.problem("redis.password", "\"\"", "set where redis.user is");
        }
    }

    /** Where a server is reached that is known as {@code address}. */
    public String reachedAt(String address) {
        String prefix = address + "=";
        return addressMap.stream()
                .filter(entry -> entry.startsWith(prefix))
                .map(entry -> entry.substring(prefix.length()))
                .findFirst()
                .orElse(address);
    }

    /** The same, with the paths of files that are relative to a folder made absolute. */
    public RedisConfig in(Path folder) {
        return with(login, tls.in(folder));
    }

    /** How the sentinels are spoken to: as Redis is, but with their own login. */
    public RedisConfig ofSentinels() {
        return with(sentinelLogin, tls);
    }

    private RedisConfig with(Login otherLogin, Tls otherTls) {
        return new RedisConfig(
                mode,
                endpoints,
                addressMap,
                sentinels,
                masterName,
                sentinelLogin,
                otherLogin,
                otherTls,
                callTimeoutMillis,
                connectTimeoutMillis,
                maxInFlight);
    }

    /** How Redis is set up. */
    public enum Mode {
        /** Redis Cluster. */
        CLUSTER,
        /** One master with replicas, watched by sentinels. */
        SENTINEL,
        /** One server. */
        STANDALONE
    }

    /** An ACL user, or the default one where the user is empty; no login where both are. */
    public record Login(String user, String password) {
        @Override
        public String toString() {
            return user.isEmpty() ? "default" : user;
        }
    }

    /**
     * Encryption of the connections.
     *
     * @param caFile certificates (PEM) of who may vouch for Redis; empty: those that the JDK trusts
     * @param verifyHost whether the certificate must be for the host that is spoken to
     * @param certFile our own certificate (PEM), where Redis asks for one, else empty
     * @param keyFile its key (PEM, PKCS#8)
     */
    public record Tls(boolean enabled, String caFile, boolean verifyHost, String certFile, String keyFile) {
        static Tls read(Settings s) {
            Tls tls = new Tls(
                    s.flag("redis.tls", false),
                    s.text("redis.tlsCaFile", ""),
                    s.flag("redis.tlsVerifyHost", true),
                    s.text("redis.tlsCertFile", ""),
                    s.text("redis.tlsKeyFile", ""));
            if (tls.certFile.isEmpty() != tls.keyFile.isEmpty()) {
                s.problem("redis.tlsCertFile", tls.certFile, "set together with redis.tlsKeyFile");
            }
            return tls;
        }

        private Tls in(Path folder) {
            return new Tls(
                    enabled, beside(folder, caFile), verifyHost, beside(folder, certFile), beside(folder, keyFile));
        }

        private static String beside(Path folder, String file) {
            return file.isEmpty() ? "" : folder.resolve(file).toString();
        }
    }
}
