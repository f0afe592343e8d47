package io.headcount.config;

import java.nio.file.Path;
import java.util.List;

/**
 * The record: one writer, and readers with a job each.
 *
 * @param endpoints servers that may be the writer; looked through, from the one that was found last, whenever it refuses
 *     writes or is gone. One is enough where a DNS name always leads to the writer
 * @param poolSize connections of this node to the writer
 * @param queryTimeoutMillis after which a connection is given up
 * @param tls of the connections to all of them
 */
public record MySqlConfig(
        List<Endpoint> endpoints,
        String database,
        String user,
        String password,
        int poolSize,
        int queryTimeoutMillis,
        Readers readers,
        Tls tls) {
    private static final String HOST_PORT = "[A-Za-z0-9._-]+:[0-9]{1,5}";
    private static final int REPORT_TIMEOUT_MILLIS = 60_000;

    /** One server for everything. */
    public MySqlConfig(
            String host,
            int port,
            String database,
            String user,
            String password,
            int poolSize,
            int queryTimeoutMillis) {
        this(List.of(new Endpoint(host, port)), database, user, password, poolSize, queryTimeoutMillis);
    }

    /** Servers of which one is the writer, for everything. */
    public MySqlConfig(
            List<Endpoint> endpoints,
            String database,
            String user,
            String password,
            int poolSize,
            int queryTimeoutMillis) {
        this(
                endpoints,
                database,
                user,
                password,
                poolSize,
                queryTimeoutMillis,
                Readers.same(new Reader(endpoints, poolSize, queryTimeoutMillis)),
                Tls.NONE);
    }

    /**
     * Encryption.
     *
     * @param caFile who may vouch for a server, PEM; empty for whom the JDK trusts
     * @param verifyHost whether a certificate must be for the host that is spoken to
     */
    public record Tls(boolean enabled, String caFile, boolean verifyHost) {
        /** None. */
        public static final Tls NONE = new Tls(false, "", true);

        static Tls read(Settings s) {
            return new Tls(
                    s.flag("mysql.tls", false), s.text("mysql.tlsCaFile", ""), s.flag("mysql.tlsVerifyHost", true));
        }
    }

    /** A server's address. */
    public record Endpoint(String host, int port) {
        static Endpoint parse(String text) {
            int colon = text.lastIndexOf(':');
            return new Endpoint(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /** Who can be asked. */
    public enum Server {
        RANKING,
        HISTORY,
        ANALYTICS,
        WRITER
    }

    /**
     * A reader: a pool of its own, also where its server is another's.
     *
     * @param endpoints its server, or those that may be the writer
     * @param queryTimeoutMillis for one query
     */
    public record Reader(List<Endpoint> endpoints, int poolSize, int queryTimeoutMillis) {}

    /**
     * The readers.
     *
     * @param fallback who is asked, in this order, when a reader is away
     */
    public record Readers(Reader ranking, Reader history, Reader analytics, List<Server> fallback) {
        /** The same for every job. */
        public static Readers same(Reader reader) {
            return new Readers(reader, reader, reader, List.of(Server.values()));
        }

        private static Readers read(Settings s, MySqlConfig writer) {
            return new Readers(
                    reader(s, "ranking", writer, writer.queryTimeoutMillis),
                    reader(s, "history", writer, writer.queryTimeoutMillis),
                    reader(s, "analytics", writer, Math.max(writer.queryTimeoutMillis, REPORT_TIMEOUT_MILLIS)),
                    s.choices(
                            "mysql.readers.fallback",
                            // The ranking last of the readers: it must stay quick.
                            List.of(Server.HISTORY, Server.ANALYTICS, Server.RANKING, Server.WRITER),
                            Server.class));
        }

        private static Reader reader(Settings s, String name, MySqlConfig writer, int timeoutMillis) {
            String prefix = "mysql.readers." + name;
            String host = s.text(prefix + ".host", "", "[A-Za-z0-9._:-]*", "a host name or address");
            int port = s.integer(prefix + ".port", writer.endpoints.get(0).port, 1, 65_535);
            return new Reader(
                    host.isEmpty() ? writer.endpoints : List.of(new Endpoint(host, port)),
                    s.integer(prefix + ".poolSize", writer.poolSize, 1, 256),
                    s.integer(prefix + ".queryTimeoutMillis", timeoutMillis, 100, 3_600_000));
        }
    }

    static MySqlConfig read(Settings s) {
        String host = s.text("mysql.host", "127.0.0.1", "[A-Za-z0-9._:-]+", "a host name or address");
        int port = s.integer("mysql.port", 3306, 1, 65_535);
        List<String> listed = s.list("mysql.endpoints", List.of(), HOST_PORT, "a list of host:port");
        List<Endpoint> endpoints = listed.isEmpty() || listed.stream().anyMatch(text -> !text.matches(HOST_PORT))
                ? List.of(new Endpoint(host, port))
                : listed.stream().map(Endpoint::parse).toList();
        MySqlConfig writer = new MySqlConfig(
                endpoints,
                s.text("mysql.database", "headcount", "[A-Za-z0-9_]{1,64}", "a database name"),
                s.text("mysql.user", "headcount"),
                s.text("mysql.password", ""),
                s.integer("mysql.poolSize", 4, 1, 256),
                s.integer("mysql.queryTimeoutMillis", 3_000, 100, 600_000));
        return writer.with(Readers.read(s, writer)).with(Tls.read(s));
    }

    /** The same with other readers. */
    public MySqlConfig with(Readers changed) {
        return new MySqlConfig(endpoints, database, user, password, poolSize, queryTimeoutMillis, changed, tls);
    }

    /** The same with other encryption. */
    public MySqlConfig with(Tls changed) {
        return new MySqlConfig(endpoints, database, user, password, poolSize, queryTimeoutMillis, readers, changed);
    }

    /** The same, with the path of the file made absolute that is relative to a folder. */
    public MySqlConfig in(Path folder) {
        return tls.caFile.isEmpty()
                ? this
                : with(new Tls(tls.enabled, folder.resolve(tls.caFile).toString(), tls.verifyHost));
    }

    /** The writer's addresses, for a message. */
    public String servers() {
        return String.join(", ", endpoints.stream().map(Endpoint::toString).toList());
    }
}
