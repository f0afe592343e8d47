package io.headcount.store.mysql;

import io.headcount.config.MySqlConfig;
import io.headcount.store.BookException;
import io.headcount.store.BooksSurvey;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** {@link BooksSurvey} by JDBC, as the migrations are. */
public final class MySqlSurveyor implements BooksSurvey {
    private static final String VARIABLES =
            "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'version_comment',"
                    + " 'read_only', 'max_connections', 'max_allowed_packet', 'sql_mode', 'innodb_buffer_pool_size',"
                    + " 'innodb_flush_log_at_trx_commit', 'innodb_io_capacity', 'wait_timeout')";

    private final MySqlConfig config;

    public MySqlSurveyor(MySqlConfig config) {
        this.config = config;
    }

    @Override
    public List<Server> look() {
        Set<MySqlConfig.Endpoint> writers = new LinkedHashSet<>(config.endpoints());
        Set<MySqlConfig.Endpoint> all = new LinkedHashSet<>(writers);
        all.addAll(config.readers().ranking().endpoints());
        all.addAll(config.readers().history().endpoints());
        all.addAll(config.readers().analytics().endpoints());
        List<Server> servers = new ArrayList<>();
        for (MySqlConfig.Endpoint endpoint : all) {
            servers.add(ask(endpoint, writers.contains(endpoint)));
        }
        return servers;
    }

    @Override
    public Schema schema() {
        try {
            return new Schema(null, Migrations.pending(config), Migrations.unknown(config));
        } catch (BookException e) {
            return new Schema(e.getMessage() + ": " + e.advice(), List.of(), List.of());
        }
    }

    private Server ask(MySqlConfig.Endpoint endpoint, boolean mayWrite) {
        try (Connection connection = DriverManager.getConnection(
                        Migrations.url(config, endpoint), config.user(), config.password());
                Statement statement = connection.createStatement()) {
            Map<String, String> variables = new TreeMap<>();
            try (ResultSet rows = statement.executeQuery(VARIABLES)) {
                while (rows.next()) {
                    variables.put(rows.getString(1), rows.getString(2));
                }
            }
            return new Server(endpoint.toString(), mayWrite, null, "", variables, aheadMillis(statement));
        } catch (SQLException e) {
            BookException told = Migrations.explained(new Faults(endpoint.toString(), config.database()), e);
            return new Server(endpoint.toString(), mayWrite, told.getMessage(), told.advice(), Map.of(), 0);
        }
    }

    private static long aheadMillis(Statement statement) throws SQLException {
        long before = System.currentTimeMillis();
        try (ResultSet row = statement.executeQuery("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)")) {
            row.next();
            long half = (System.currentTimeMillis() - before) / 2;
            return before + half - row.getLong(1);
        }
    }
}
