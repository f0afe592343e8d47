package io.headcount.doctor;

import io.headcount.config.HeadcountConfig;
import io.headcount.config.MySqlConfig;
import io.headcount.store.BooksSurvey.Schema;
import io.headcount.store.BooksSurvey.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether MySQL is set up as the books need it, and has this version's tables. */
final class BooksChecks {
    /** Upserts with {@code AS new ON DUPLICATE KEY UPDATE}. */
    private static final int[] LEAST_VERSION = {8, 0, 19};

    private static final long LEAST_PACKET_BYTES = 4_194_304;
    private static final long DEFAULT_BUFFER_POOL_BYTES = 134_217_728;
    /** For migrations, backups, operators. */
    private static final int OTHER_CONNECTIONS = 10;

    private final HeadcountConfig config;
    private final List<Finding> all = new ArrayList<>();

    private BooksChecks(HeadcountConfig config) {
        this.config = config;
    }

    static List<Finding> of(HeadcountConfig config, List<Server> servers, Schema schema) {
        BooksChecks checks = new BooksChecks(config);
        servers.forEach(checks::one);
        checks.writer(servers);
        if (servers.stream().anyMatch(server -> server.trouble() == null)) {
            checks.tables(schema);
        }
        return checks.all;
    }

    private void one(Server server) {
        if (server.trouble() != null) {
            all.add(Finding.wrong(where(server), server.trouble(), server.advice()));
            return;
        }
        int before = all.size();
        version(server);
        connections(server);
        packet(server);
        tuning(server);
        Finding clock = MachineChecks.clock(config, where(server), server.aheadMillis());
        if (clock.verdict() != Finding.Verdict.FINE) {
            all.add(clock);
        }
        if (all.size() == before) {
            all.add(Finding.fine(
                    where(server),
                    "MySQL " + text(server, "version") + ", " + (takesWrites(server) ? "takes writes" : "read only")));
        }
    }

    private void version(Server server) {
        String version = text(server, "version");
        if (version.contains("MariaDB") || !isRecent(version)) {
            all.add(Finding.wrong(
                    where(server),
                    "is " + text(server, "version_comment") + " " + version,
                    "MySQL 8.0.19 or newer is needed (Aurora MySQL 3); MariaDB lacks what the writes use"));
        }
    }

    private static boolean isRecent(String version) {
        String[] parts = version.split("[^0-9]+", -1);
        for (int i = 0; i < LEAST_VERSION.length && i < parts.length; i++) {
            int part = parts[i].isEmpty() ? 0 : Integer.parseInt(parts[i]);
            if (part != LEAST_VERSION[i]) {
                return part > LEAST_VERSION[i];
            }
        }
        return true;
    }

    private void connections(Server server) {
        int nodes = Math.max(1, config.cluster().expectedNodes());
        long needed = (long) poolsAt(server) * nodes + OTHER_CONNECTIONS;
        long allowed = number(server, "max_connections");
        if (allowed >= 0 && allowed < needed) {
            all.add(Finding.wrong(
                    where(server),
                    "max_connections is " + allowed + ", and " + nodes + " nodes (cluster.expectedNodes) want "
                            + needed,
                    "raise max_connections, or lower mysql.poolSize and mysql.readers.*.poolSize"));
        }
    }

    /** Connections that one node opens to a server at most. */
    private int poolsAt(Server server) {
        MySqlConfig mysql = config.mysql();
        int connections = server.mayWrite() ? mysql.poolSize() : 0;
        for (MySqlConfig.Reader reader : List.of(
                mysql.readers().ranking(),
                mysql.readers().history(),
                mysql.readers().analytics())) {
            boolean here = reader.endpoints().stream()
                    .anyMatch(endpoint -> endpoint.toString().equals(server.address()));
            connections += here ? reader.poolSize() : 0;
        }
        return connections;
    }

    private void packet(Server server) {
        long packet = number(server, "max_allowed_packet");
        if (server.mayWrite() && packet >= 0 && packet < LEAST_PACKET_BYTES) {
            all.add(Finding.wrong(
                    where(server),
                    "max_allowed_packet is " + packet + " bytes: writes of up to 1000 rows would be refused",
                    "set max_allowed_packet to 4 MiB or more (MySQL's own default is 64)"));
        }
    }

    private void tuning(Server server) {
        if (!server.mayWrite()) {
            return;
        }
        if (!text(server, "sql_mode").contains("STRICT_TRANS_TABLES")) {
            all.add(Finding.look(
                    where(server),
                    "sql_mode lacks STRICT_TRANS_TABLES: values that do not fit would be cut in silence",
                    "add it to sql_mode"));
        }
        String flush = text(server, "innodb_flush_log_at_trx_commit");
        if (!flush.equals("1") && !flush.isEmpty()) {
            all.add(Finding.look(
                    where(server),
                    "innodb_flush_log_at_trx_commit is " + flush + ": a crash may lose the last second of the books",
                    "1 keeps every commit; on Aurora other values bring nothing"));
        }
        if (number(server, "innodb_buffer_pool_size") == DEFAULT_BUFFER_POOL_BYTES) {
            all.add(Finding.look(
                    where(server),
                    "innodb_buffer_pool_size is 128 MiB, MySQL's default",
                    "give it 70 % of a server's memory that does nothing else"));
        }
    }

    private void writer(List<Server> servers) {
        List<Server> candidates = servers.stream()
                .filter(server -> server.mayWrite() && server.trouble() == null)
                .toList();
        List<String> writers = candidates.stream()
                .filter(BooksChecks::takesWrites)
                .map(Server::address)
                .toList();
        if (writers.isEmpty() && !candidates.isEmpty()) {
            all.add(Finding.wrong(
                    "mysql writer",
                    "none of " + candidates.stream().map(Server::address).toList() + " takes writes (read_only)",
                    "point mysql.host, or mysql.endpoints, at the writer; or wait when a failover is under way"));
        } else if (writers.size() > 1) {
            all.add(Finding.wrong(
                    "mysql writer",
                    "more than one server takes writes: " + String.join(", ", writers),
                    "make all but the writer read_only; mysql.endpoints are servers of which one is the writer"));
        }
    }

    private void tables(Schema schema) {
        if (schema.trouble() != null) {
            all.add(Finding.wrong("mysql tables", schema.trouble(), "headcount migrate needs the same to be right"));
        } else if (!schema.pending().isEmpty()) {
            all.add(Finding.wrong(
                    "mysql tables",
                    schema.pending().size() + " migrations are still to be applied to "
                            + config.mysql().database() + ": " + String.join(", ", schema.pending()),
                    "headcount migrate"));
        } else if (!schema.unknown().isEmpty()) {
            all.add(Finding.look(
                    "mysql tables",
                    "this version does not know migrations that were applied: " + String.join(", ", schema.unknown()),
                    "as it should be during an upgrade; else run the newer version"));
        } else {
            all.add(Finding.fine("mysql tables", "up to date"));
        }
    }

    private static boolean takesWrites(Server server) {
        return text(server, "read_only").equals("OFF");
    }

    private static long number(Server server, String variable) {
        String value = text(server, variable);
        return value.matches("[0-9]{1,18}") ? Long.parseLong(value) : -1;
    }

    private static String text(Server server, String variable) {
        Map<String, String> variables = server.variables();
        return variables.getOrDefault(variable, "");
    }

    private static String where(Server server) {
        return "mysql " + server.address();
    }
}
