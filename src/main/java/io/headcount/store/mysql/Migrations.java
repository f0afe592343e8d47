package io.headcount.store.mysql;

import io.headcount.config.MySqlConfig;
import io.headcount.store.BookException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.output.MigrateResult;

/**
 * Brings the tables up to date with the files of {@code sql/}. Blocking: for the command line and the start of a node,
 * never for an event loop. The database itself has to be there: who may create one, and with which settings, is not for
 * this program to decide.
 */
public final class Migrations {
    private static final Set<MigrationState> UNKNOWN =
            Set.of(MigrationState.FUTURE_SUCCESS, MigrationState.MISSING_SUCCESS);

    private Migrations() {}

    /**
     * Migrates; several at once wait for each other.
     *
     * @return the versions that were applied now, empty when all was up to date
     * @throws BookException when it cannot be done, in words for an operator
     */
    public static List<String> run(MySqlConfig config) {
        try {
            MigrateResult result = flyway(config).migrate();
            return result.migrations.stream().map(done -> done.version).toList();
        } catch (FlywayException e) {
            throw explained(config, e);
        }
    }

    /**
     * The versions that are still to be applied.
     *
     * @throws BookException when the database cannot be asked
     */
    public static List<String> pending(MySqlConfig config) {
        try {
            return Arrays.stream(flyway(config).info().pending())
                    .map(pending -> pending.getVersion().toString())
                    .toList();
        } catch (FlywayException e) {
            throw explained(config, e);
        }
    }

    /**
     * The versions that were applied and that this program does not know: it is older than the tables.
     *
     * @throws BookException when the database cannot be asked
     */
    static List<String> unknown(MySqlConfig config) {
        try {
            return Arrays.stream(flyway(config).info().applied())
                    .filter(applied -> UNKNOWN.contains(applied.getState()))
                    .map(applied -> applied.getVersion().toString())
                    .toList();
        } catch (FlywayException e) {
            throw explained(config, e);
        }
    }

    private static Flyway flyway(MySqlConfig config) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(url(config, writer(config)), config.user(), config.password())
                .locations("classpath:db/migration")
                .createSchemas(false)
                .cleanDisabled(true)
                // Numbers are given out before they are used: a lower one may come later.
                .outOfOrder(true)
                .validateMigrationNaming(true)
                .load();
    }

    static String url(MySqlConfig config, MySqlConfig.Endpoint server) {
        // The public key is what a MySQL 8 user with a password needs when the connection has no TLS.
        return "jdbc:mariadb://" + server + "/" + config.database()
                + "?connectTimeout=5000&allowPublicKeyRetrieval=true&connectionTimeZone=UTC" + tls(config.tls());
    }

    private static String tls(MySqlConfig.Tls tls) {
        if (!tls.enabled()) {
            return "";
        }
        String mode = "&sslMode=" + (tls.verifyHost() ? "verify-full" : "verify-ca");
        return tls.caFile().isEmpty() ? mode : mode + "&serverSslCert=" + tls.caFile();
    }

    /** The first server that takes writes; the first of all when there is none, whose failure then tells why. */
    private static MySqlConfig.Endpoint writer(MySqlConfig config) {
        List<MySqlConfig.Endpoint> servers = config.endpoints();
        return servers.size() == 1
                ? servers.get(0)
                : servers.stream()
                        .filter(server -> takesWrites(config, server))
                        .findFirst()
                        .orElse(servers.get(0));
    }

    private static boolean takesWrites(MySqlConfig config, MySqlConfig.Endpoint server) {
        try (Connection connection =
                        DriverManager.getConnection(url(config, server), config.user(), config.password());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT @@global.read_only")) {
            return row.next() && row.getInt(1) == 0;
        } catch (SQLException e) {
            // Not the one; if there is no other, the migration itself says why.
            return false;
        }
    }

    private static BookException explained(MySqlConfig config, FlywayException failure) {
        Faults faults = new Faults(config.servers(), config.database());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return explained(faults, sql);
            }
        }
        return new BookException(
                "The tables of " + config.database() + " cannot be migrated: " + failure.getMessage(),
                "the files of sql/ must be those that were applied before, with new ones added",
                false,
                failure);
    }

    /** What a failure of the connection, or the server's answer, means. */
    static BookException explained(Faults faults, SQLException failure) {
        return failure.getErrorCode() > 0 && !connectionTrouble(failure)
                ? faults.of(failure.getErrorCode(), failure.getSQLState(), failure.getMessage(), failure)
                : faults.noAnswer(failure);
    }

    /** 08004 is an answer: the server refuses this connection, and its code says why. */
    private static boolean connectionTrouble(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && state.startsWith("08") && !state.equals("08004");
    }
}
