package io.headcount.store.mysql;

import io.headcount.store.BookException;
import io.vertx.mysqlclient.MySQLException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what MySQL and its clients say into what an operator can use. Numbers are MySQL's error codes. */
final class Faults {
    /** The server takes no writes: it is (or became, in a failover) a replica. */
    private static final Set<Integer> READ_ONLY = Set.of(1290, 1792, 1836);
    /** Data errors whose SQLSTATE does not say so: incorrect string value, impossible conversion to ascii. */
    private static final Set<Integer> BAD_DATA = Set.of(1366, 3854, 3988);

    /** It shuts down, or takes no more connections. */
    private static final Set<Integer> LEAVING = Set.of(1040, 1053, 1077, 1079, 3169);

    private static final Pattern WRAPPED = Pattern.compile("\\{errorMessage=(.*), errorCode=\\d+, sqlState=.*}");
    private static final Set<Integer> NOT_MIGRATED = Set.of(1054, 1146);
    private static final Set<Integer> NO_ACCESS = Set.of(1044, 1045, 1142, 1251, 1698);

    private final String server;
    private final String database;

    /**
     * @param server {@code host:port}, as it was configured
     * @param database its database
     */
    Faults(String server, String database) {
        this.server = server;
        this.database = database;
    }

    static boolean readOnly(Throwable failure) {
        return failure instanceof MySQLException e && READ_ONLY.contains(e.getErrorCode());
    }

    /** Whether a connection is not to be trusted after this: anything but a plain answer of the server. */
    static boolean spoilsConnection(Throwable failure) {
        return !(failure instanceof MySQLException) || readOnly(failure);
    }

    /** Whether this says that the server is not there (or will not be for long), not that it refuses this one thing. */
    static boolean gone(Throwable failure) {
        return failure instanceof MySQLException e
                ? LEAVING.contains(e.getErrorCode())
                : !(failure instanceof BookException);
    }

    /** What a server that takes no writes would say to one. */
    static MySQLException readOnly() {
        return new MySQLException("it takes no writes (read_only)", 1290, "HY000");
    }

    BookException of(Throwable failure) {
        if (failure instanceof BookException known) {
            return known;
        }
        if (failure instanceof MySQLException e) {
            return of(e.getErrorCode(), e.getSqlState(), said(e), e);
        }
        return noAnswer(failure);
    }

    BookException noAnswer(Throwable failure) {
        String detail = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return new BookException(
                "MySQL at " + server + " does not answer: " + detail,
                "see that MySQL runs there, or correct mysql.host and mysql.port (or mysql.endpoints, mysql.readers)",
                false,
                failure);
    }

    BookException of(int code, String sqlState, String message, Throwable cause) {
        String what = "MySQL at " + server + " says " + code + ": " + message;
        boolean badState = sqlState != null && (sqlState.startsWith("22") || sqlState.startsWith("23"));
        boolean refused = badState || BAD_DATA.contains(code);
        return new BookException(
                what, refused ? "this data can never be written as it is" : advice(code), refused, cause);
    }

    /** The client wraps the server's words: {@code {errorMessage=…, errorCode=…, sqlState=…}}. */
    private static String said(MySQLException e) {
        Matcher wrapped = WRAPPED.matcher(e.getMessage());
        return wrapped.matches() ? wrapped.group(1) : e.getMessage();
    }

    private String advice(int code) {
        if (READ_ONLY.contains(code)) {
            return "wait when a failover is under way, else point mysql.host (or mysql.endpoints) at the writer";
        }
        if (NO_ACCESS.contains(code)) {
            return "correct mysql.user and mysql.password, or grant that user all privileges on " + database + ".*";
        }
        if (NOT_MIGRATED.contains(code)) {
            return "bring the tables up to date: headcount migrate";
        }
        return switch (code) {
            case 1049 -> "create it (CREATE DATABASE " + database + " CHARACTER SET utf8mb4), then: headcount migrate";
            case 1040, 1203 -> "raise MySQL's max_connections, or lower mysql.poolSize";
            case 1205, 1213 -> "none needed: it is tried again";
            case 1021, 1114 -> "make room on MySQL's disk";
            default -> "see MySQL's error log";
        };
    }
}
